"""The rows of the table that speak of matching customers: without labels, in bulk, against a rival on the same file."""

from __future__ import annotations

from typing import Any

Row = tuple[str, str, str, str]
_SETS = {"dataset1": (".995", ".999"), "dataset3": (".994", ".997")}


def rows_of(lines: list[dict[str, Any]]) -> list[Row]:
    """(what, must, aim, got) for every line of a run of `matching_*`."""
    rows: list[Row] = []
    ours: dict[str, Any] = {}
    for line in lines:
        if "set" in line:
            told = f"{line['f1']} (precision {line['precision']})"
            rows.append((f"FEBRL {line['set'][-1]} without the number, pairwise F1", *_SETS[line["set"]], told))
        elif "world" in line:
            got = line["pairwise"]
            told = f"{got['f1']:.3f} / {got['precision']:.3f}, {line['review']} pairs for review"
            rows.append((f"six exports of {line['world']}, F1 / precision", ".90 / .99", ".96 / .999", told))
        elif "relatives_merged" in line:
            ours = line
            rows += _of_generated(line)
        elif "rival" in line:
            rows += _of_rival(line, ours)
        elif "at_95" in line or "best" in line:
            got = line.get("at_95") or line["best"]
            which = "at .95" if "at_95" in line else f"at {got['threshold']}, which only the truth can choose"
            told = f"{got['f1']} (precision {got['precision']})"
            rows.append((f"Splink on the same file, pairwise F1 {which}", f"≤ ours, {ours.get('f1')}", "", told))
    return rows


def _of_generated(line: dict[str, Any]) -> list[Row]:
    what = f"{line['persons']:,} generated persons with families, {line['records']:,} records"
    rows = [(f"{what}: pairwise F1", ".97", ".985", f"{line['f1']} (precision {line['precision']})")]
    if "recall_at_999" in line:
        rows.append((f"{what}: recall at 99.9 % precision", ".90", ".95", str(line["recall_at_999"])))
    merged = f"{line['share']:.4%} of {line['relatives']:,}"
    rows.append((f"{what}: relatives in one cluster", "≤ .05 %", "0", merged))
    told = f"{line['cpu_s']} CPU-s, {line['wall_s']} s, {line['peak_gib']} GiB; {line['review_share']:.2%} for review"
    asked = _OF_TWELVE_MILLION if line["records"] >= 12_000_000 else ("", "")
    rows.append((f"{what}: cost, share left for review", *asked, told))
    return rows


_OF_TWELVE_MILLION = ("≤ 15 min, ≤ 8 GiB; ≤ .3 %", "≤ 5 min, ≤ 5 GiB; ≤ .1 %")


def _of_rival(line: dict[str, Any], ours: dict[str, Any]) -> list[Row]:
    told = f"{line['cpu_s']} CPU-s, {line['wall_s']} s, {line['peak_gib']} GiB"
    if ours.get("records") == line["records"]:
        told = f"{ours['cpu_s'] / line['cpu_s']:.2f} × ({ours['cpu_s']} against {told})"
    return [(f"CPU against Splink on DuckDB, {line['records']:,} records", "≤ .5 ×", "≤ .25 ×", told)]
