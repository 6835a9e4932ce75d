"""The mailbag while it is filled: who writes, on what paper, in what file, and what should come of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import containers
import paper
import separators
from letters import Mode, SeedLetter, Truth, compose, stranger
from people import Customer
from PIL import Image
from plan import FIRMS, Arrival, Batch
from texts import TEXTS

EXPECTED_COLUMNS = ("file", "page_from", "page_to", "outcome", "document_type", "source_id", "duplicate_of_file")
GARBAGE = "Tbc qvick 8rovvn f0x jnmps\n0vcr thc 1azy d0g l|l1 .,;\n~~ Pagc 1 ~~ ]['\nrn nn vv cl cl"
"""A text layer that some bad OCR left behind."""
_TERMS = {
    "ru": (
        "1. Потребитель сообщает о неисправностях немедленно.",
        "2. Доступ к прибору обеспечивает потребитель.",
        "3. Споры решаются переговорами, а затем в суде.",
    ),
    "en": (
        "1. Faults are to be reported without delay.",
        "2. The customer gives access to the meter.",
        "3. Disputes go to negotiation first.",
    ),
}
_FACES = ("serif", "sans", "condensed", "typewriter", "slanted")


class Mailbag:
    """Writes arrivals below a folder and notes what should come of each letter."""

    def __init__(self, folder: Path, customers: list[Customer], random: Random) -> None:
        self.folder = folder
        self.random = random
        self.customers = customers
        self.expected: list[dict[str, str]] = []
        self.letters: dict[str, SeedLetter] = {}
        self._used: set[str] = set()
        self._meters = Counter(meter for one in customers for meter in one.meters)
        self._homes = Counter((one.full_name, one.address) for one in customers)
        self._names = Counter(one.full_name for one in customers)
        self._faces = 0

    def put(self, file: str, content: bytes) -> None:
        """One arrival as a file."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def expect(self, file: str, truth: Truth, pages: tuple[int, int] | None = None, repeats: str = "") -> None:
        """One line of expected.csv."""
        first, last = (str(pages[0]), str(pages[1])) if pages else ("", "")
        row = (file, first, last, truth.outcome, truth.document_type, truth.source_id, repeats)
        self.expected.append(dict(zip(EXPECTED_COLUMNS, row, strict=True)))

    def letter(self, key: str, mode: Mode) -> SeedLetter:
        """The letter `key`, from somebody who has not written yet and can name himself by `mode`."""
        language = TEXTS[key].language
        other = self._pick(language, "name_only")
        sender = stranger(language, self.random) if mode == "unknown" else self._sender(key, language, mode)
        return compose(key, sender, mode, self.random, other)

    def _sender(self, key: str, language: str, mode: Mode) -> Customer:
        if key in FIRMS:
            return next(one for one in self.customers if one.full_name == FIRMS[key])
        return self._pick(language, mode)

    def _pick(self, language: str, mode: Mode) -> Customer:
        while True:
            one = self.random.choice(self.customers)
            fits = {"contract": bool(one.contracts), "meter": any(self._meters[meter] == 1 for meter in one.meters)}
            alone = self._homes[(one.full_name, one.address)] == 1 and self._names[one.full_name] == 1
            if one.source_id in self._used or one.language != language or one.kind != "person":
                continue
            if alone != (mode in ("namesake", "two_namesakes")) and fits.get(mode, True):
                self._used.add(one.source_id)
                return one

    def page(self, letter: SeedLetter) -> Image.Image:
        """The letter typeset, each in another face than the one before."""
        self._faces += 1
        return paper.typeset(letter.sheet, self.random, _FACES[self._faces % len(_FACES)], 30 + self._faces % 4)

    def enclosed(self, letter: SeedLetter) -> Image.Image:
        """The sheet that goes with a letter."""
        language = letter.sheet.language
        return paper.enclosure({"ru": "Приложение. Условия", "en": "Enclosure. Conditions"}[language], _TERMS[language])


def write_arrival(bag: Mailbag, arrival: Arrival) -> None:
    """One letter in one file, in the form that the plan names."""
    letter = bag.letter(arrival.key, arrival.mode)
    bag.letters[arrival.file] = letter
    if arrival.form in ("born_pdf", "docx", "html", "text", "text_cp1251"):
        content, pages = _typed(letter, arrival.form), (1, 1) if arrival.form == "born_pdf" else None
    else:
        content, pages = _on_paper(bag, letter, arrival.form)
    bag.put(arrival.file, content)
    bag.expect(arrival.file, letter.truth, pages)


def _typed(letter: SeedLetter, form: str) -> bytes:
    sheet = letter.sheet
    if form == "born_pdf":
        return containers.born_pdf(sheet)
    if form == "docx":
        return containers.docx(sheet)
    if form == "html":
        return containers.web_page(sheet)
    return containers.plain_text(sheet, "cp1251" if form == "text_cp1251" else "utf-8")


def _on_paper(bag: Mailbag, letter: SeedLetter, form: str) -> tuple[bytes, tuple[int, int]]:
    page, random = bag.page(letter), bag.random
    if form == "photo":
        return containers.jpeg(paper.photographed(page, random), 66), (1, 1)
    if form == "fax":
        return containers.g4_tiff([paper.faxed(page, random)]), (1, 1)
    if form == "g4_in_pdf":
        return containers.scan_pdf([paper.black_and_white(paper.scanned(page, random))]), (1, 1)
    if form.startswith("tiff"):
        pages = _sheets(bag, letter, page, form)
        turn = {"tiff_right": 270, "tiff_left": 90}.get(form, 0)
        bits = [paper.black_and_white(paper.scanned(one, random).rotate(turn, expand=True)) for one in pages]
        return containers.g4_tiff(bits), (1, 1 if form == "tiff_duplex" else len(bits))
    turned = {"skew_left": 2.6, "skew_right": -3.4, "upside_down": 180.0}.get(form, 0.0)
    pages = [paper.scanned(paper.skewed(one, turned), random) for one in _sheets(bag, letter, page, form)]
    if form == "coarse":
        return containers.scan_pdf([pages[0].resize((1240, 1754), Image.Resampling.LANCZOS)], dpi=150), (1, 1)
    layers = [GARBAGE] if form == "garbage_layer" else None
    return containers.scan_pdf(pages, layers), (1, 1 if form == "duplex" else len(pages))


def _sheets(bag: Mailbag, letter: SeedLetter, page: Image.Image, form: str) -> list[Image.Image]:
    if form.endswith("duplex"):
        return [page, paper.blank_back(bag.random)]
    if form.endswith("two_sheets"):
        return [page, bag.enclosed(letter)]
    return [page]


def write_batch(bag: Mailbag, number: int, batch: Batch) -> None:
    """Several letters in one scan, each after its separator; a forgotten separator sends the letters it parts to review."""
    pages: list[Image.Image] = []
    for place, (key, mode, with_it) in enumerate(batch.letters, 1):
        if place != batch.missing:
            pages.append(_separator(batch, number, place))
        letter, first = bag.letter(key, mode), len(pages) + 1
        pages.append(bag.page(letter))
        pages += [bag.enclosed(letter)] if with_it == "enclosure" else []
        pages += [paper.blank_back(bag.random)] if with_it == "blank_back" else []
        last = len(pages)
        doubtful = batch.missing is not None and place in (batch.missing - 1, batch.missing)
        truth = replace(letter.truth, outcome="review") if doubtful else letter.truth
        bag.expect(batch.file, truth, (first, last))
    scans = [paper.scanned(page, bag.random, noise=1.0) for page in pages]
    bits = [paper.black_and_white(page) for page in scans]
    bag.put(
        batch.file, containers.g4_tiff(bits) if batch.file.endswith(".tif") else containers.scan_pdf(scans, quality=50)
    )


def _separator(batch: Batch, number: int, place: int) -> Image.Image:
    if batch.separator == "patch":
        return separators.patch_sheet()
    text = separators.payload(number, place)
    return separators.qr_sheet(text) if batch.separator == "qr" else separators.code128_sheet(text)
