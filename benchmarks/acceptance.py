"""Takes whole worlds in through the command line and has them scored; prints the table of what must be shown.

    python benchmarks/acceptance.py ../shared [--worlds utility_ru,utility_en] [--strangers] [--short] [--keep DIR]

`--short` takes the letters that need no OCR of many pages, and fails when a figure is below its "must"; for CI.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
COLUMNS = ["file", "page_from", "page_to", "outcome", "document_type", "customer_system", "customer_source_id"]
SHORT_FOLDERS = ("emails", "forms", "hostile")
FOLDERS = ("letters", "batches", "emails", "forms", "hostile")


def dossier(home: Path, *words: str) -> list[dict[str, Any]]:
    """One command; its JSON lines."""
    done = subprocess.run(
        [*COMMAND, *words, "--home", str(home), "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    if done.returncode not in (0,):
        raise SystemExit(f"dossier {words[0]} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def take_in(world: Path, work: Path, strangers: bool, folders: tuple[str, ...]) -> tuple[list[dict[str, Any]], Path]:
    """Import the directory, take the world's folders in, write predictions.csv with texts; answers (lines, file)."""
    home = work / "home"
    dossier(home, "customers", "import", str(world / "truth" / "directory.csv"))
    if strangers:
        dossier(home, "customers", "import", str(world / "truth" / "strangers.csv.gz"))
    sources = [str(path) for name in folders if (path := world / name).is_dir()]
    lines = dossier(home, "intake", *sources)
    lines = [line for line in lines if not line["file"].endswith(("SCHEMA.json", "NAMES.json"))]
    files = {line["document"]: os.path.relpath(line["file"], world) for line in lines if line["document"]}
    texts = {}
    if files:
        for row in dossier(home, "text", *(str(document) for document in files)):
            texts[row["document"]] = work / f"{row['document']}.txt"
            texts[row["document"]].write_text(row["text"], encoding="utf-8")
    predictions = work / "predictions.csv"
    with predictions.open("w", newline="", encoding="utf-8") as sink:
        writer = csv.DictWriter(sink, [*COLUMNS, "text_file", "duplicate_of_file"])
        writer.writeheader()
        for line in lines:
            writer.writerow(_prediction(line, world, files, texts))
    return lines, predictions


def _prediction(line: dict[str, Any], world: Path, files: dict[int, str], texts: dict[int, Path]) -> dict[str, Any]:
    customer = line["customer"] or {}
    return {
        "file": os.path.relpath(line["file"], world),
        "page_from": line["page_from"] or "",
        "page_to": line["page_to"] or "",
        "outcome": line["outcome"],
        "document_type": line["document_type"] or "",
        "customer_system": customer.get("system") or "",
        "customer_source_id": customer.get("source_id") or "",
        "text_file": texts[line["document"]].name if line["document"] in texts else "",
        "duplicate_of_file": files.get(line["duplicate_of"], ""),
    }


def score(shared: Path, world: Path, predictions: Path) -> dict[str, Any]:
    """What the scorer says of these predictions."""
    done = subprocess.run(
        [sys.executable, "-m", "scoring.score_documents", str(world / "truth" / "documents.csv"), str(predictions)],
        cwd=shared,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def figures(scored: dict[str, Any]) -> dict[str, Any]:
    """The table's rows out of a scorer's answer."""
    letters = scored["type"]["n"]
    text = scored.get("text", {}).get("by_degradation", {})
    clean = text.get("clean_scan_pdf", {})
    return {
        "outcome acceptable": scored["outcome"]["acceptable"],
        "misfiled": scored["customer"]["misfiled"] / max(letters, 1),
        "customer precision": scored["customer"]["precision"],
        "customer recall": scored["customer"]["recall"],
        "type macro-F1": scored["type"]["macro_f1"],
        "batch letters cut exactly": scored["batches"]["by_kind"],
        "clean-scan CER": clean.get("cer"),
        "duplicates": f"{scored['duplicates']['found']}/{scored['duplicates']['expected']}",
    }


def main() -> None:
    """Run the worlds named and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--worlds", default="utility_ru,utility_en")
    parser.add_argument("--strangers", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--keep", type=Path, help="keep the archive and the predictions here")
    options = parser.parse_args()
    below = []
    for name in options.worlds.split(","):
        world = (options.shared / "corpus" / name).resolve()
        work = (options.keep.resolve() / name) if options.keep else Path(tempfile.mkdtemp(prefix="dossier-"))
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        started = time.monotonic()
        lines, predictions = take_in(world, work, options.strangers, SHORT_FOLDERS if options.short else FOLDERS)
        if options.short:
            below += _short(world, work, predictions, options.shared)
        else:
            scored = score(options.shared.resolve(), world, predictions)
            (work / "scored.json").write_text(json.dumps(scored, ensure_ascii=False, indent=1))
            print(
                json.dumps(
                    {
                        "world": name,
                        "strangers": options.strangers,
                        "lines": len(lines),
                        "seconds": round(time.monotonic() - started, 1),
                        **figures(scored),
                    },
                    ensure_ascii=False,
                )
            )
        if not options.keep:
            shutil.rmtree(work)
    if below:
        raise SystemExit("below what must be: " + "; ".join(below))


def _short(world: Path, work: Path, predictions: Path, shared: Path) -> list[str]:
    """Score only the folders taken in, by a truth cut down to them."""
    truth = work / "truth"
    shutil.copytree(world / "truth", truth, dirs_exist_ok=True)
    with (world / "truth" / "documents.csv").open(encoding="utf-8", newline="") as source:
        reader = csv.DictReader(source)
        rows = [row for row in reader if row["file"].split("/")[0] in SHORT_FOLDERS]
        assert reader.fieldnames
        names = list(reader.fieldnames)
    with (truth / "documents.csv").open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, names)
        writer.writeheader()
        writer.writerows(rows)
    told = figures(score(shared.resolve(), work, predictions))
    print(json.dumps({"world": world.name, "short": True, **told}, ensure_ascii=False))
    musts = {"outcome acceptable": 0.93, "customer precision": 0.99, "customer recall": 0.80, "type macro-F1": 0.70}
    below = [f"{world.name}: {key} {told[key]} < {must}" for key, must in musts.items() if told[key] < must]
    return below + ([f"{world.name}: misfiled {told['misfiled']:.4f} > .005"] if told["misfiled"] > 0.005 else [])


if __name__ == "__main__":
    main()
