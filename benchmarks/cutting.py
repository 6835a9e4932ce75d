"""How exactly batches are cut: `python -m benchmarks.cutting WORLD…` (folders with batches/ and truth/documents.csv).

Prints each letter whose pages came out other than in the truth, each suspicion, and the totals. Pages of segments with
more than one page are read by tesseract (OMP_THREAD_LIMIT=1) for the suspicion of missing separators.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from intake.opening import arrival, cutting, suspicion
from intake.readers.results import Picture
from intake.sandbox import Sandbox

Ranges = list[tuple[int, int]]


def expected(world: Path) -> dict[str, Ranges]:
    """Page ranges by file, from the truth."""
    ranges: dict[str, Ranges] = defaultdict(list)
    with (world / "truth/documents.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["page_from"] and Path(row["file"]).suffix.lower() in (".pdf", ".tif", ".tiff", ".jpg", ".png"):
                ranges[row["file"]].append((int(row["page_from"]), int(row["page_to"])))
    return ranges


def read_page(picture: Picture, folder: Path, language: str) -> str:
    """What tesseract makes of a page picture."""
    command = ["tesseract", str(folder / picture.file), "-", "-l", language, "--dpi", str(int(picture.dpi or 200))]
    quiet = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=quiet).stdout


def cut_file(box: Sandbox, source: Path, scratch: Path, language: str) -> cutting.Cut | None:
    """The file cut, suspicions included; None where it cannot be opened."""
    contents = arrival.open_file(box, source, scratch, name=source.name)
    if contents.verdict is not None:
        return None
    found = cutting.cut(arrival.look_at_pages(box, source, scratch, contents.media_type))
    starts: dict[int, str] = {}
    for segment in found.segments if found.is_batch else ():
        if len(segment.pages) > 1:
            drawn = arrival.draw_pages(box, source, scratch, contents.media_type, segment.pages)
            texts = [read_page(picture, scratch, language) for picture in drawn]
            suspects = suspicion.suspect_starts(texts, segment.separator_missing)
            starts.update(suspicion.reasons_by_page(suspects, segment.pages))
    return cutting.cut_again(found, starts)


def measure(world: Path) -> tuple[int, int]:
    """Letters cut exactly, and letters there are. Prints what differs."""
    language = "rus+eng" if world.name.endswith("ru") else "eng"
    exact = total = 0
    with Sandbox() as box:
        for file, ranges in sorted(expected(world).items()):
            with tempfile.TemporaryDirectory() as scratch:
                started = time.perf_counter()
                found = cut_file(box, world / file, Path(scratch), language)
            if found is None:
                continue
            got = [(segment.page_from, segment.page_to) for segment in found.segments]
            total += len(ranges)
            exact += sum(pages in got for pages in ranges)
            if got != ranges:
                print(f"{world.name}/{file}: {got}, expected {ranges}")
            for segment in found.segments:
                if segment.suspicion:
                    print(f"{world.name}/{file} pages {segment.page_from}–{segment.page_to}: {segment.suspicion}")
            if not found.balances:
                print(f"{world.name}/{file}: PAGES DO NOT BALANCE")
            if found.is_batch:
                print(f"{world.name}/{file}: {found.pages} pages in {time.perf_counter() - started:.2f} s")
    return exact, total


def main() -> None:
    """Measure every world named on the command line."""
    for world in map(Path, sys.argv[1:]):
        exact, total = measure(world)
        print(f"{world.name}: {exact} of {total} letters cut exactly")


if __name__ == "__main__":
    main()
