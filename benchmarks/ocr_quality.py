"""Character errors of the page reader on a world's scanned letters, by degradation and severity.

    python benchmarks/ocr_quality.py WORLD_DIR [--plain] [--kinds clean_scan_pdf,fax]

WORLD_DIR has truth/documents.csv and truth/text/. An error rate is the edits that turn the truth into the best
stretch of what was read, per character, blanks evened. `--plain` reads with tesseract alone instead, to compare.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from ocr_throughput import page_pictures
from PIL import Image

from intake.adapters.in_tesseract import read_page

KINDS = (
    "blank_backs,clean_scan_pdf,fax,garbage_text_layer,handwriting,jpeg_artefacts,low_dpi,phone_jpeg,rotated,skew,"
    "speckle,tiff_g4"
)


def error_rate(truth: str, read: str) -> float:
    """Edits per character of the truth, against the best stretch of what was read."""
    want, have = (re.sub(r"\s+", " ", text).strip() for text in (truth, read))
    there = np.array([ord(char) for char in have])
    steps = np.arange(len(have) + 1)
    row = np.zeros(len(have) + 1, int)
    for at, char in enumerate(want, 1):
        new = np.full(len(have) + 1, at)
        new[1:] = np.minimum(row[1:] + 1, row[:-1] + (there != ord(char)))
        row = np.minimum.accumulate(new - steps) + steps
    return int(row.min()) / max(1, len(want))


def plain(image: Image.Image) -> str:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        image.save(file.name, compress_level=1)
        command = ["tesseract", file.name, "stdout", "-l", "rus+eng"]
        done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"OMP_THREAD_LIMIT": "1"})
        return done.stdout.decode()


def letters(world: Path, kinds: frozenset[str]) -> Iterator[dict[str, str]]:
    with (world / "truth" / "documents.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["degradation"] in kinds and row["file"].startswith("letters/"):
                yield row


def read(world: Path, row: dict[str, str], with_plain: bool) -> tuple[str, float]:
    pages = list(page_pictures(world / row["file"]))[int(row["page_from"]) - 1 : int(row["page_to"])]
    texts = [plain(image) if with_plain else read_page(image, dpi).text for image, dpi in pages]
    truth = (world / row["text"]).read_text(encoding="utf-8")
    return f"{row['degradation']}/{row['severity']}", error_rate(truth, "\f".join(texts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--kinds", default=KINDS)
    asked = parser.parse_args()
    rates: dict[str, list[float]] = defaultdict(list)
    rows = list(letters(asked.world, frozenset(asked.kinds.split(","))))
    with ThreadPoolExecutor(2) as pool:
        for kind, rate in pool.map(lambda row: read(asked.world, row, asked.plain), rows):
            rates[kind].append(rate)
    for kind, values in sorted(rates.items()):
        print(f"{kind:24} n {len(values):3}  CER {np.mean(values):.4f}  worst {max(values):.4f}")
    print(f"{'all':24} n {len(rows):3}  CER {np.mean([rate for values in rates.values() for rate in values]):.4f}")


if __name__ == "__main__":
    main()
