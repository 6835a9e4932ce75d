"""Our page reader against two plain `tesseract` processes: same pages, same languages, same run, alternately.

    python benchmarks/ocr_throughput.py --pages DIR [--rounds 3] [--languages rus+eng] [--limit 40] [--together 1]

DIR holds page pictures, PDFs of scans, or TIFFs. Both sides use two processes with OMP_THREAD_LIMIT=1; both are handed
the page as a picture file that is already there; our processes have been started before, as workers are.
`--together N` hands our reader N pages at a time, as from one document. Prints pages a second, processor seconds a page (user and system,
children too), and the ratio ours / theirs: 1.0 is as fast. Trust medians; the machine may be shared.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pypdfium2
from PIL import Image, ImageSequence

from intake.adapters.in_tesseract import TesseractPageReader

PROCESSES = 2
RENDER_DPI = 200


def page_pictures(path: Path) -> Iterator[tuple[Image.Image, tuple[float, float] | None]]:
    """The pages of a file as pictures: a scan's own pixels where a PDF page is one picture, else rendered."""
    if path.suffix.lower() == ".pdf":
        with pypdfium2.PdfDocument(path) as pdf:
            for page in pdf:
                yield _pdf_page(page)
        return
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            dpi = frame.info.get("dpi")
            yield frame.copy(), (float(dpi[0]), float(dpi[1])) if dpi else None


def _pdf_page(page: pypdfium2.PdfPage) -> tuple[Image.Image, tuple[float, float] | None]:
    pictures = [thing for thing in page.get_objects() if isinstance(thing, pypdfium2.PdfImage)]
    if len(pictures) == 1:
        image = pictures[0].get_bitmap().to_pil()
        dpi = image.width / max(1.0, page.get_width()) * 72
        return image.rotate(-page.get_rotation(), expand=True), (dpi, dpi)
    return page.render(scale=RENDER_DPI / 72).to_pil(), (RENDER_DPI, RENDER_DPI)


def lay_out(source: Path, folder: Path, limit: int) -> list[Path]:
    """Every page as a PNG with its resolution, at most `limit`, spread evenly over the files."""
    files = sorted(
        path for path in source.rglob("*") if path.suffix.lower() in (".pdf", ".tif", ".tiff", ".jpg", ".png")
    )
    paths: list[Path] = []
    for path in files:
        try:
            for number, (image, dpi) in enumerate(page_pictures(path), 1):
                paths.append(folder / f"{path.stem}_{len(paths)}_{number}.png")
                image.save(paths[-1], compress_level=1, **({"dpi": dpi} if dpi else {}))
        except (OSError, pypdfium2.PdfiumError) as error:
            print(f"left out {path.name}: {error}", file=sys.stderr)
    step = max(1, len(paths) // limit)
    return paths[::step][:limit]


def ours(paths: Sequence[str], languages: str) -> int:
    readings = TesseractPageReader(languages).read_pages(paths, [None] * len(paths))
    return sum(len(reading.text) for reading in readings)


def theirs(path: str, languages: str) -> int:
    command = ["tesseract", path, "stdout", "-l", languages]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"OMP_THREAD_LIMIT": "1"})
    return len(done.stdout)


def timed(run: Callable[[], object], workers: Sequence[int] = ()) -> tuple[float, float]:
    """Wall seconds and processor seconds, of this process, its children and these workers with theirs."""
    before, start = _processor_s(workers), time.perf_counter()
    run()
    return time.perf_counter() - start, _processor_s(workers) - before


def _processor_s(workers: Sequence[int]) -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    ticks = sum(_ticks(worker) for worker in workers)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages) + ticks / os.sysconf("SC_CLK_TCK")


def _ticks(worker: int) -> int:
    """utime, stime, cutime and cstime of a process. Source: proc(5), /proc/pid/stat, fields 14 to 17."""
    return sum(map(int, Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[11:15]))


def run_ours(pool: ProcessPoolExecutor, paths: Sequence[Path], languages: str, together: int) -> None:
    chunks = [[str(path) for path in paths[at : at + together]] for at in range(0, len(paths), together)]
    list(pool.map(partial(ours, languages=languages), chunks))


def run_theirs(paths: Sequence[Path], languages: str) -> None:
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(partial(theirs, languages=languages), map(str, paths)))


def warmed(pool: ProcessPoolExecutor, path: Path, languages: str) -> list[int]:
    """Both workers started and their modules loaded; their process ids."""
    run_ours(pool, [path] * 2 * PROCESSES, languages, 1)
    return [process.pid for process in multiprocessing.active_children() if process.pid]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--languages", default="rus+eng")
    parser.add_argument("--limit", type=int, default=40)
    parser.add_argument("--together", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ocr_pages_") as folder, ProcessPoolExecutor(PROCESSES) as pool:
        paths = lay_out(asked.pages, Path(folder), asked.limit)
        workers = warmed(pool, paths[0], asked.languages)
        rounds = [
            (
                timed(partial(run_theirs, paths, asked.languages)),
                timed(partial(run_ours, pool, paths, asked.languages, asked.together), workers),
            )
            for _ in range(asked.rounds)
        ]
    report(len(paths), rounds)


def report(pages: int, rounds: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> None:
    for name, side in (("tesseract x 2", 0), ("page reader", 1)):
        wall, processor = (statistics.median(both[side][kind] for both in rounds) for kind in (0, 1))
        print(f"{name:14} {pages / wall:6.2f} pages/s  {processor / pages:6.3f} CPU-s a page")
    wall_ratio = statistics.median(theirs[0] / ours[0] for theirs, ours in rounds)
    processor_ratio = statistics.median(theirs[1] / ours[1] for theirs, ours in rounds)
    print(
        f"pages {pages}, rounds {len(rounds)}, throughput ratio {wall_ratio:.2f}, by CPU-seconds {processor_ratio:.2f}"
    )


if __name__ == "__main__":
    main()
