"""PDF: pages with text layer and layout, scans straight out, embedded files as parts.

pypdfium2 reads text and draws; pikepdf judges the file's structure, takes scans out and lists embedded files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import pdf_pictures, pdf_tables, pdf_text, pictures
from intake.readers.names import for_show, safe_file
from intake.readers.results import Contents, PageContent, PartContent, Picture

MEDIA_TYPE = "application/pdf"
_TAIL_BYTES = 4096


@contextmanager
def opened(source: Path, limits: Limits) -> Iterator[pdfium.PdfDocument]:
    """The document in PDFium, page count checked.

    Raises: Unreadable (`encrypted`, `truncated`, `malformed`, `no_pages`), LimitExceeded (`pages`).
    """
    try:
        document = pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        raise _why_not(source, str(error)) from error
    try:
        if len(document) == 0:
            raise Unreadable("no_pages", "the PDF has no pages")
        if len(document) > limits.pages:
            raise LimitExceeded("pages", f"{len(document)} pages are over the limit of {limits.pages}")
        yield document
    finally:
        document.close()


def _why_not(source: Path, message: str) -> Unreadable:
    if "assword" in message or "ecurity" in message:
        return Unreadable("encrypted", "the PDF is encrypted and a password is needed")
    if _lacks_end(source):
        return Unreadable("truncated", "the PDF ends in the middle")
    return Unreadable("malformed", f"the PDF cannot be opened: {message}")


def _lacks_end(source: Path) -> bool:
    size = source.stat().st_size
    with source.open("rb") as file:
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    return b"%%EOF" not in tail or b"startxref" not in tail


def structure_of(source: Path) -> tuple[pikepdf.Pdf | None, tuple[str, ...]]:
    """The document in qpdf, None where qpdf refuses it, and notes on its state.

    Raises: Unreadable (`truncated`) for a file without its end that qpdf can only guess at.
    """
    try:
        document = pikepdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Unreadable("encrypted", "the PDF is encrypted and a password is needed") from error
    except Exception:  # qpdf is stricter than PDFium; what PDFium opens is read all the same
        if _lacks_end(source):
            raise Unreadable("truncated", "the PDF ends in the middle") from None
        return None, ("repaired",)
    repaired = bool(document.get_warnings())
    if repaired and _lacks_end(source):
        raise Unreadable("truncated", "the PDF ends in the middle")
    return document, ("repaired",) if repaired else ()


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """Every page's text layer and nature, pictures and tables where pictures are asked for, embedded files as enclosures.

    Raises: as `opened`, and LimitExceeded (`text_chars`, `parts`, `absurd_dimensions`).
    """
    with opened(source, limits) as document:
        structure, notes = structure_of(source)
        pages, length, rules = [], 0, {}
        for index in range(len(document)):
            page, rules[index + 1] = _page(document, structure, index, scratch, limits, with_pictures)
            length += len(page.text or "")
            if length > limits.text_chars:
                raise LimitExceeded("text_chars", f"more than {limits.text_chars} characters of text")
            pages.append(page)
        enclosures = () if structure is None else tuple(_embedded(structure, scratch, limits))
    is_cover = bool(enclosures) and structure is not None and "/Collection" in structure.Root
    searched, complete = _with_tables(source, pages, rules, limits)
    body = PartContent("letter", "", "", MEDIA_TYPE, searched, substantive=not is_cover)
    return Contents(MEDIA_TYPE, (body, *enclosures), notes=notes if complete else (*notes, "tables_left_out"))


def _with_tables(
    source: Path, pages: Sequence[PageContent], rules: Mapping[int, int], limits: Limits
) -> tuple[tuple[PageContent, ...], bool]:
    """The pages with their tables, and whether every page that may have one was searched."""
    ruled = [page for page in pages if rules[page.number] >= pdf_tables.FEWEST_RULES]
    texts = {page.number: page.text or "" for page in ruled if rules[page.number] <= limits.table_rules}
    found, complete = pdf_tables.tables_on(source, texts, limits) if texts else ({}, True)
    searched = tuple(replace(page, tables=found.get(page.number, ())) for page in pages)
    return searched, complete and len(texts) == len(ruled)


def _loaded(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    try:
        return document[index]
    except pdfium.PdfiumError as error:
        raise Unreadable("malformed", f"page {index + 1} cannot be loaded: {error}") from error


def _page(
    document: pdfium.PdfDocument,
    structure: pikepdf.Pdf | None,
    index: int,
    scratch: Path,
    limits: Limits,
    with_pictures: bool,
) -> tuple[PageContent, int]:
    """One page, and how many rules a table on it could be made of."""
    page = _loaded(document, index)
    text, words = pdf_text.text_and_words(page, limits)
    layout = pdf_pictures.layout_of(page)
    picture = None
    if with_pictures and (not text.strip() or layout.image_share >= 0.5) and layout.visible:
        picture = _drawn(page, structure, index, layout, scratch, limits)
    scanned = layout.image_share >= 0.5
    rules = pdf_tables.rules_on(page, limits) if with_pictures and not scanned and text.strip() else 0
    page.close()
    return PageContent(index + 1, text or None, words, scanned=scanned, drawable=True, picture=picture), rules


def pixels(
    page: pdfium.PdfPage,
    structure: pikepdf.Pdf | None,
    index: int,
    limits: Limits,
    layout: pdf_pictures.Layout | None = None,
    drawn_dpi: float | None = None,
) -> tuple[Image.Image, float | None, bool]:
    """A page's pixels, their resolution, and whether we drew them."""
    layout = layout or pdf_pictures.layout_of(page)
    if layout.bare_scan and structure is not None and index < len(structure.pages):
        scan = pdf_pictures.bare_scan(structure.pages[index], page.get_rotation(), limits)
        if scan is not None:
            return scan, None if layout.image_dpi is None else round(layout.image_dpi, 1), False
    image, dpi = pdf_pictures.draw_page(page, layout, limits, drawn_dpi)
    return image, dpi, True


def _drawn(
    page: pdfium.PdfPage,
    structure: pikepdf.Pdf | None,
    index: int,
    layout: pdf_pictures.Layout | None,
    scratch: Path,
    limits: Limits,
    form: pictures.Form = "pnm",
    max_side_px: int | None = None,
) -> Picture:
    image, dpi, drawn = pixels(page, structure, index, limits, layout)
    return pictures.write_picture(image, scratch, index + 1, dpi=dpi, drawn=drawn, form=form, max_side_px=max_side_px)


def draw(
    source: Path,
    scratch: Path,
    limits: Limits,
    media_type: str = MEDIA_TYPE,
    numbers: Sequence[int] | None = None,
    form: pictures.Form = "pnm",
    max_side_px: int | None = None,
) -> list[Picture]:
    """Pictures of the pages named (all, where None), in the file's order: scans as scanned, other pages drawn.

    Raises: Unreadable (`no_such_page`) and as `opened`.
    """
    with opened(source, limits) as document:
        structure, _ = structure_of(source)
        wanted = sorted(set(range(1, len(document) + 1) if numbers is None else numbers))
        if wanted and not 1 <= wanted[0] <= wanted[-1] <= len(document):
            raise Unreadable("no_such_page", f"pages {wanted} are not all there")
        return [
            _drawn(_loaded(document, number - 1), structure, number - 1, None, scratch, limits, form, max_side_px)
            for number in wanted
        ]


def _embedded(structure: pikepdf.Pdf, scratch: Path, limits: Limits) -> Iterator[PartContent]:
    try:
        attached = list(structure.attachments.items())
    except Exception:  # a broken name tree holds nothing that could be taken out
        return
    if len(attached) > limits.parts:
        raise LimitExceeded("parts", f"{len(attached)} embedded files are over the limit of {limits.parts}")
    for number, (name, specification) in enumerate(attached, 1):
        try:
            content = specification.get_file().read_bytes()
        except Exception:  # one broken stream must not lose the others
            yield PartContent("enclosure", for_show(name, limits), name, "", trouble="malformed")
            continue
        file = safe_file(scratch, f"embedded_{number:04}")
        (scratch / file).write_bytes(content)
        yield PartContent("enclosure", for_show(name, limits), name, "", file=file, size_bytes=len(content))
