"""Pictures of PDF pages: the scan itself where the page is nothing but one image, else the page drawn by PDFium.

The scan taken straight out costs 6–8 ms a page, drawing 70 ms, and only the former keeps the pixels as scanned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import pictures

DRAWN_DPI = 300.0
"""Resolution of a page that has no scan on it: OCR gains nothing above it."""
SCAN_COVERS = 0.85
"""Share of the page that one image must cover to be its scan."""
SCAN_DPI = (100.0, 400.0)
"""A scan that must be drawn (turned, stamped, in several images) is drawn at its own resolution within these."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What lies on a page. `image_share`: of the page, under images; `image_dpi`: the densest of them.

    `bare_scan`: nothing visible but one upright image that covers the page.
    """

    image_share: float
    image_dpi: float | None
    bare_scan: bool
    visible: bool


def _page_objects(page: pdfium.PdfPage, limit: int = 20_000) -> Iterator[Any]:
    for count, item in enumerate(page.get_objects(max_depth=3)):
        if count >= limit:
            return
        yield item


def _image_facts(item: Any, page_area: float) -> tuple[float, float | None, bool]:
    left, bottom, right, top = item.get_bounds()
    matrix = item.get_matrix()
    width_px, _ = item.get_px_size()
    breadth_pt = (matrix.a**2 + matrix.b**2) ** 0.5
    dpi = width_px * 72 / breadth_pt if breadth_pt > 1 else None
    is_upright = matrix.a > 0 and matrix.d > 0 and abs(matrix.b) < 0.01 and abs(matrix.c) < 0.01
    return max(0.0, right - left) * max(0.0, top - bottom) / page_area, dpi, is_upright


def layout_of(page: pdfium.PdfPage) -> Layout:
    """Look at the page's objects without drawing them."""
    left, bottom, right, top = page.get_cropbox()
    page_area = max(1.0, abs((right - left) * (top - bottom)))
    shares, densities, uprights, others, invisible = [], [], [], 0, 0
    for item in _page_objects(page):
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            share, dpi, is_upright = _image_facts(item, page_area)
            shares.append(share)
            uprights.append(is_upright and item.level == 0)
            densities.append(dpi)
        elif item.type == pdfium_c.FPDF_PAGEOBJ_TEXT and _is_invisible(item):
            invisible += 1
        elif item.type != pdfium_c.FPDF_PAGEOBJ_FORM:
            others += 1
    known = [dpi for dpi in densities if dpi is not None]
    bare = len(shares) == 1 and others == 0 and shares[0] >= SCAN_COVERS and uprights[0] and not _has_annotations(page)
    return Layout(min(1.0, sum(shares)), max(known) if known else None, bare, bool(shares or others))


def _is_invisible(item: Any) -> bool:
    return bool(pdfium_c.FPDFTextObj_GetTextRenderMode(item) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE)


def _has_annotations(page: pdfium.PdfPage) -> bool:
    return bool(pdfium_c.FPDFPage_GetAnnotCount(page) > 0)


def bare_scan(page: pikepdf.Page, rotation_deg: int, limits: Limits) -> Image.Image | None:
    """The page's one image as stored, turned upright; None where it must be drawn (masks, odd colours, bad streams).

    Raises: LimitExceeded (`absurd_dimensions`).
    """
    resources = page.obj.get("/Resources", None) or page.resources
    streams = [item for item in resources.get("/XObject", {}).values() if item.get("/Subtype") == "/Image"]
    if len(streams) != 1 or any(key in streams[0] for key in ("/SMask", "/Mask", "/ImageMask")):
        return None
    stored = streams[0]
    if not isinstance(stored, pikepdf.Stream):
        return None
    pictures.check_size(int(stored.get("/Width", 0)), int(stored.get("/Height", 0)), limits)
    decode = [float(value) for value in stored.get("/Decode", [])]
    if decode and any(low > high for low, high in zip(decode[::2], decode[1::2], strict=False)):
        return None
    try:
        image = pikepdf.PdfImage(stored).as_pil_image()
        image.load()
    except Exception:  # a stranger's stream fails in any way it likes; drawing is the other way to the same page
        return None
    if image.mode not in ("1", "L", "RGB"):
        return None
    return image.rotate(-rotation_deg, expand=True) if rotation_deg else image


def draw_page(
    page: pdfium.PdfPage, layout: Layout, limits: Limits, dpi: float | None = None
) -> tuple[Image.Image, float]:
    """The page as PDFium draws it, and the resolution it was drawn at.

    Raises: LimitExceeded (`absurd_dimensions`), Unreadable (`undrawable_page`).
    """
    width_pt, height_pt = page.get_size()
    if width_pt <= 0 or height_pt <= 0:
        raise Unreadable("undrawable_page", "the page has no size")
    wanted = dpi or _drawing_dpi(layout)
    pixels = width_pt * height_pt * (wanted / 72) ** 2
    if pixels > limits.render_pixels:
        wanted *= (limits.render_pixels / pixels) ** 0.5
    if wanted < 20:
        raise LimitExceeded("absurd_dimensions", f"a page of {width_pt:.0f} × {height_pt:.0f} points is over the limit")
    try:
        bitmap = page.render(scale=wanted / 72, grayscale=False)
        return _without_colour(bitmap.to_pil()), round(wanted, 1)
    except pdfium.PdfiumError as error:
        raise Unreadable("undrawable_page", f"the page cannot be drawn: {error}") from error


def _drawing_dpi(layout: Layout) -> float:
    if layout.image_share < 0.5 or layout.image_dpi is None:
        return DRAWN_DPI
    return min(SCAN_DPI[1], max(SCAN_DPI[0], layout.image_dpi))


def _without_colour(image: Image.Image) -> Image.Image:
    """Gray where the page has no colour: a third of the bytes, and what a scanner would have made of it."""
    image = image.convert("RGB")
    small = image.resize((64, 64), Image.Resampling.NEAREST).convert("HSV")
    has_colour = sum(small.getchannel("S").histogram()[25:]) > 0
    return image if has_colour else _checked_gray(image)


def _checked_gray(image: Image.Image) -> Image.Image:
    small = image.reduce(8) if min(image.size) >= 8 else image
    saturation = small.convert("HSV").getchannel("S")
    return image if sum(saturation.histogram()[40:]) > 8 else image.convert("L")
