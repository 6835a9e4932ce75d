"""Runs the benchmarks and makes the table of what must be shown: `benchmarks/results/README.md`.

    python benchmarks/table.py ../shared [--only worlds,strangers,types,fields,throughput,odd,search,findable,import,kills,jobs,workers]

Each run's own JSON lines are kept beside the table with the date and the machine, so that one can be run again alone.
The whole takes about half an hour on two quiet cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from table_matching import rows_of as rows_of_matching

HERE = Path(__file__).parent
RESULTS = HERE / "results"
WORLDS = ("utility_ru", "utility_en")


def runs(shared: Path, home: Path, scale: Path) -> dict[str, list[list[str]]]:
    """Name of a run → the commands whose JSON lines make it. `scale`: the folder of the big archives."""
    big = [str(scale / name) for name in ("home", "engines") if (scale / name / "made.json").exists()]
    corpus = shared / "corpus"
    acceptance = ["acceptance.py", str(shared)]
    return {
        "worlds": [[*acceptance, "--keep", str(home)]],
        "strangers": [[*acceptance, "--strangers"]],
        "types": [["type_unseen.py", *(str(corpus / world) for world in WORLDS)]],
        "fields": [["field_reading.py", *(str(corpus / world) for world in WORLDS)]],
        "throughput": [["intake_throughput.py", *(str(corpus / world) for world in WORLDS)]],
        "odd": [["odd_files.py", str(corpus)]],
        "search": [["search_http.py", str(home / "demo")]],
        "findable": [["findable.py"]],
        "import": [["customer_import.py", str(corpus / "utility_ru" / "truth" / "strangers.csv.gz")]],
        "kills": [["kills.py", "--on", on, "--keep", str(home)] for on in ("embedded", "engines")],
        "jobs": [["jobs_overhead.py"]],
        "known": [["known_items.py"]],
        "big_search": [["search_http.py", one] for one in big],
        "big_findable": [["findable.py", "--home", one] for one in big],
        "callers": [["callers.py", one] for one in big],
        "folder": [["folder_pages.py", one] for one in big],
        "accept": [["accept_http.py", "--on", on] for on in ("embedded", "engines")],
        "same": [["same_world.py", *(str(corpus / world) for world in WORLDS)]],
        "guard": [["guard.py", "200000", "--catalogue", f"sqlite:///{home / 'guard' / 'catalogue.db'}"]],
        "guard_exports": [
            ["guard_exports.py", str(shared), "utility_ru", "utility_en", "ru:600:11", "en:600:11", "en:600:12"]
        ],
        "guard_http": [["guard_http.py", str(home / "guard"), "200000"]],
        "guard_race": [["guard_race.py", "--on", on] for on in ("sqlite", "postgres")],
        "merging": [["merging_pairs.py", "--on", on] for on in ("sqlite", "postgres")],
        "matching": [
            ["matching_febrl.py", str(corpus / "people_febrl")],
            ["matching_exports.py", str(shared), *WORLDS],
            ["matching_generated.py", "200000", "--seed", "1"],
            ["matching_generated.py", "1000000", "--seed", "2"],
        ],
        "workers": [["workers.py", *(str(corpus / world) for world in WORLDS)]],
    }


def machine() -> str:
    """Cores and memory of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB"


def run(commands: list[list[str]]) -> dict[str, Any]:
    """Run the commands; their JSON lines, when and where."""
    lines: list[Any] = []
    for command in commands:
        print(" ".join(command), file=sys.stderr, flush=True)
        load = os.getloadavg()[0]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}  # some are written with what the tests are
        done = subprocess.run(
            [sys.executable, *command], cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        for line in done.stdout.splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                lines.append(line)
    now = datetime.now(UTC)
    return {"date": now.strftime("%Y-%m-%d"), "machine": machine(), "load_before": round(load, 1), "lines": lines}


Cell = Callable[[dict[str, Any]], Any]


def _figures(kept: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(what, must, aim, got) for every row that a kept run speaks of."""
    rows: list[tuple[str, str, str, str]] = []
    for name, told in (("worlds", ""), ("strangers", ", 50,000 strangers in the directory")):
        rows += _of_worlds(kept.get(name), told)
    rows += _recall_lost(kept)
    rows += [("types: " + line, ".70", ".95", "") for line in _texts(kept.get("types")) if "macro" in line.lower()]
    for line in _records(kept.get("fields")):
        told = ", ".join(f"{k} {v['precision']} / {v['recall']}" for k, v in line.items() if k != "source")
        rows.append((f"data of a letter, precision / recall, {line['source']}", "", "", told))
    for line in _records(kept.get("throughput")):
        told = f"{line['ratio']} × ({line['dossier_pages_s']} against {line['tesseract_pages_s']} pages/s, " \
               f"{line['dossier_cpu_s_page']} against {line['tesseract_cpu_s_page']} CPU-s a page, " \
               f"{line['start_cpu_s']} CPU-s of it to start)"  # fmt: skip
        what = f"OCR intake against two tesseract processes, {line['world']}, {line['pages']} pages"
        rows.append((what, "≥ .80 ×", "≥ 1.0 ×", told))
    odd = _records(kept.get("odd"))
    if odd:
        told = (
            f"{odd[0]['files_with_an_answer']} of {odd[0]['files']} files, {odd[0]['without_a_reason']} without a reason, "
            f"ledger balances: {odd[0]['ledger_balances']}, damages: {odd[-1].get('damages')}"
        )
        rows.append(("odd files: one final state each, ledger balances", "all", "all", told))
    for line in _records(kept.get("search")):
        told = f"{line['p99_ms']} ms (p50 {line['p50_ms']} ms, {line['requests']} requests)"
        rows.append(("search through HTTP, 50 requests/s for a minute, p99", "50 ms", "15 ms", told))
    rows += _findable(kept.get("findable"))
    rows += _import(kept.get("import"))
    rows += _kills(kept.get("kills"))
    for line in _records(kept.get("workers")):
        told = (
            f"{line['ratio']} × ({line['two_pages_s']} against {line['one_pages_s']} pages/s, {line['pages']} pages, "
            f"{line['start_s']} s of each to start; plain tesseract {line['plain_ratio']} ×)"
        )
        rows.append(("OCR intake, two workers against one", "≥ 1.7 ×", "1.9 ×", told))
    for line in _records(kept.get("jobs")):
        must, aim = ("5 ms", "1 ms") if line["queue"] == "job table" else ("20 ms", "5 ms")
        told = f"{line['cpu_ms_a_letter']} ms ({line['with_commits']} ms with the steps' own commits)"
        rows.append((f"CPU a letter beyond its steps, {line['queue']}", f"≤ {must}", aim, told))
    return rows + _big(kept)


def _kills(run_: dict[str, Any] | None) -> list[tuple[str, str, str, str]]:
    rows = []
    for line in _records(run_):
        letters = ", ".join(f"{count} {state}" for state, count in line["letters"].items())
        told = (
            f"{line['different']} differences ({letters}; {line['while_accepting']} kills while mail came in, "
            f"{line['with_jobs_in_hand']} with jobs in hand, {line['seconds']} s)"
        )
        what = f"{line['kills']} kills within one intake of {line['arrivals']} arrivals, {line['on']}"
        rows.append((what, "0 lost, 0 doubled, balanced", "", told))
    return rows


def _findable(run_: dict[str, Any] | None) -> list[tuple[str, str, str, str]]:
    rows = []
    for line in _records(run_):
        found = f"{min(line['http_found'], line['in_process_found'])} of {line['letters']} letters"
        told = ", ".join(
            f"{way} p50 {line[key + '_p50_ms']}, p99 {line[key + '_p99_ms']}, worst {line[key + '_worst_ms']} ms"
            for way, key in (("HTTP", "http"), ("in process", "in_process"))
        )
        rows.append((f"filed → findable, {line['run']}", "≤ 2,000 ms", "", f"{told} ({found})"))
    return rows


def _import(run_: dict[str, Any] | None) -> list[tuple[str, str, str, str]]:
    rows = []
    for line in _records(run_):
        told = (
            f"{line['rows_s']} rows/s, {line['import_cpu_s']} + {line['feed_cpu_s']} CPU-s with the index, "
            f"{line['peak_mib']} MiB; the same again {line['again_s']} s; csv and one table {line['limit_cpu_s']} CPU-s"
        )
        held = f"p50 {line['writer_held_p50_ms']} ms, worst {line['writer_held_worst_ms']} ms"
        rows.append((f"customers import, {line['rows']} rows", "", "8 CPU-s", told))
        rows.append(("customers import: the one writer held", "", "≤ 50 ms", held))
    return rows


def _big(kept: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """What the big archives show, and what the engines do."""
    rows = []
    for line in _records(kept.get("known")):
        if "engine" in line:
            told = f"{line['found']} of {line['questions']} questions, p50 {line['p50_ms']} ms, p99 {line['p99_ms']} ms"
            rows.append((f"known items in the first five, {line['engine']}", "≥ .98", "", told))
        else:
            told = f"{line['differing']} of {line['narrowed']}"
            rows.append(("narrowed questions that engines answer differently", "0", "", told))
    for line in _records(kept.get("callers")):
        told = ", ".join(f"{kind} {one['in the first five']}" for kind, one in line["by_kind"].items())
        what = f"{line['questions']:,} callers' questions, {line['on']}: the right customer in the first five"
        rows.append((what, ".97", ".99", f"{line['in the first five']} ({told})"))
    for line in _records(kept.get("big_search")):
        must, aim = ("80 ms", "30 ms") if line["on"].startswith("engines") else ("40 ms", "15 ms")
        if "12,000,000 customers" in line["on"]:
            must, aim = "100 ms", "40 ms"
        told = f"{line['p99_ms']} ms (p50 {line['p50_ms']} ms, {line['requests']} requests, {line['not_200']} not answered)"
        rows.append((f"search through HTTP, {line['rate']:.0f} requests/s, p99, {line['on']}", f"≤ {must}", aim, told))
    rows += [(what, "≤ 2,000 ms", "1,000 ms", told) for what, _, _, told in _findable(kept.get("big_findable"))]
    for line in _records(kept.get("accept")):
        told = (
            f"p99 {line['p99_ms']} ms (p50 {line['p50_ms']} ms), {line['a_second']}/s, {line['server_cpu_ms_a_letter']} ms "
            f"CPU a letter; the disk alone p50 {line['disk_fsync_ms']['p50_ms']} ms a file"
        )
        what = f"handing in through HTTP, {line['clients']} clients, {line['kilobytes']} kB, {line['on']}"
        rows.append((what, "≤ 100 ms, ≥ 50/s", "30 ms, 200/s", told))
    rows += rows_of_matching(_records(kept.get("matching")))
    rows += _guard(kept)
    for line in _records(kept.get("folder")):
        rows += [
            (f"folder of {line['folder']:,} letters, {what}, {line['on']}", "≤ 50 ms", "10 ms",
             f"p50 {took['p50_ms']} ms, p99 {took['p99_ms']} ms")
            for what, took in line["ms"].items()
        ]  # fmt: skip
    for line in _records(kept.get("same")):
        told = f"{line['differences']} differences in {line['letters']} letters ({line['embedded_s']} s, {line['engines_s']} s)"
        rows.append((f"{line['world']} on one machine and on {line['engines']}: same outcomes", "all", "", told))
    return rows


def _guard(kept: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """What the guard of the directory finds, lets through and costs."""
    rows = []
    for line in _records(kept.get("guard")):
        what = f"guard, {line['customers']:,} customers with families, {line['model']} model, {line['on']}"
        false, refused = line["new, called a double"], line["new, refused"]
        found = f"{line['found']} (as the same {line['found_as_the_same']}), {false:.2%} of the new called a double"
        rows.append((f"{what}: found of true doubles, false warnings", ".97 at ≤ 1 %", ".99", found))
        rows.append((f"{what}: doubles that share no blocking key", "", "", f"{line['share no key']:.2%}"))
        rows.append((f"{what}: refused wrongly", "≤ .1 %", "0", f"{refused:.3%} of {line['news']:,}"))
        took = f"{line['p99_ms']} ms (p50 {line['p50_ms']} ms; CPU p50 {line['cpu_p50_ms']} ms, p99 {line['cpu_p99_ms']} ms)"
        rows.append((f"{what}: library p99", "≤ 10 ms", "3 ms", f"{took}, peak {line['peak_gib']} GiB"))
    for line in _records(kept.get("guard_exports")):
        found = f"{line['found']} (as the same {line['found_as_the_same']}), {line['new_called_a_double']:.2%} of the new called a double"
        what = f"guard on six exports of {line['guarded']}, {line['doubles']:,} doubles, {line['news']} new"
        rows.append((f"{what}: found, false warnings", ".97 at ≤ 1 %", ".99", found))
        rows.append((f"{what}: refused wrongly", "≤ .1 %", "0", f"{line['refused_wrongly']:.2%}"))
    for line in _records(kept.get("guard_http")):
        pace = f"{line['rate']:.0f} saves/s" if isinstance(line["rate"], float) else line["rate"]
        what = f"saving past the guard through HTTP, {line['clients']} clients, {pace}, {line['persons']:,} persons, {line['on']}, p99"
        told = ", ".join(
            f"{name} {line[name]['p99_ms']} ms (p50 {line[name]['p50_ms']} ms)"
            for name in ("saved", "held")
            if name in line
        )
        rows.append(
            (what, "≤ 50 ms", "20 ms", f"{told}; {line['a_second']}/s, {line['server_cpu_ms_each']} ms CPU each")
        )
    for line in _records(kept.get("guard_race")):
        what = f"{line['processes']} processes, one person in two spellings, {line['on']}: one saved, the rest warned or refused"
        told = f"{line['one saved, the rest warned or refused']} of {line['rounds']} rounds"
        rows.append((what, "each time", "", told))
    for line in _records(kept.get("merging")):
        what = f"{line['pairs']:,} random pairs merged and parted, {line['on']}: state before = state after"
        took = f"merging p99 {line['merge_ms']['p99']} ms, parting p99 {line['unmerge_ms']['p99']} ms"
        told = "byte for byte" if line["the same after parting"] else "not the same"
        rows.append((what, "byte for byte", "", f"{told}; {took}"))
    return rows


def _records(run_: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [line for line in (run_ or {}).get("lines", []) if isinstance(line, dict)]


def _texts(run_: dict[str, Any] | None) -> list[str]:
    return [line for line in (run_ or {}).get("lines", []) if isinstance(line, str)]


def _of_worlds(run_: dict[str, Any] | None, told: str) -> list[tuple[str, str, str, str]]:
    musts = {
        "outcome acceptable": (".93", ".98"),
        "misfiled": ("≤ .005", "0"),
        "customer precision": (".99", ".999"),
        "customer recall": (".80", ".95"),
        "type macro-F1": (".70", ".95"),
        "batch letters cut exactly": (".95; missing one flagged", "all"),
        "clean-scan CER": ("≤ .01", ".003"),
        "duplicates": ("", "all"),
    }
    return [
        (f"{key}, {line['world']}{told}", must, aim, str(line[key]))
        for line in _records(run_)
        for key, (must, aim) in musts.items()
    ]


def _recall_lost(kept: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    without = {line["world"]: line["customer recall"] for line in _records(kept.get("worlds"))}
    among = {line["world"]: line["customer recall"] for line in _records(kept.get("strangers"))}
    return [
        (f"recall lost by adding the strangers, {world}", "≤ .05", "≤ .02", f"{without[world] - among[world]:.4f}")
        for world in without
        if world in among
    ]


def write(kept: dict[str, Any]) -> None:
    """The table, and of each run the date, the machine and the load that others put on it before."""
    lines = [
        "# What the benchmarks show",
        "",
        "Made by `python benchmarks/table.py`. Machines are shared: mind the load.",
        "",
    ]
    lines += ["| run | date | machine | load before |", "|-|-|-|-|"]
    lines += [f"| {name} | {one['date']} | {one['machine']} | {one['load_before']} |" for name, one in kept.items()]
    lines += ["", "| what | must | aim | got |", "|-|-|-|-|"]
    lines += [f"| {' | '.join(row)} |" for row in _figures(kept)]
    (RESULTS / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Run what is asked for, keep it, write the table of all that is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--only", default=",".join(runs(Path(), Path(), Path())))
    parser.add_argument("--scale", type=Path, default=Path("scale"))
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dossier-table-") as name:
        every = runs(options.shared.resolve(), Path(name), options.scale.resolve())
        for wanted in filter(None, options.only.split(",")):
            done = run(every[wanted])
            (RESULTS / f"{wanted}.json").write_text(json.dumps(done, ensure_ascii=False, indent=1) + "\n")
    names = [key for key in every if (RESULTS / f"{key}.json").exists()]
    write({key: json.loads((RESULTS / f"{key}.json").read_text()) for key in names})


if __name__ == "__main__":
    main()
