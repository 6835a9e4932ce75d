"""Separator sheets of batch scans. A code whose text starts with `PREFIX` parts two letters, and so does a patch code.

The text is PREFIX, the batch and the running number of the letter that follows, so that a lost sheet shows.
"""

# ruff: noqa: SIM905 — tables of words read better unquoted.
from __future__ import annotations

import qrcode
from paper import DPI, HEIGHT_PX, WIDTH_PX, font_path
from PIL import Image, ImageDraw, ImageFont

PREFIX = "DOSSIER-SEPARATOR"
_CODE128_START_B, _CODE128_STOP = 104, "2331112"
_CODE128 = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
).split()


def payload(batch: int, letter: int) -> str:
    """The text of the sheet before a letter, e.g. DOSSIER-SEPARATOR-001-002."""
    return f"{PREFIX}-{batch:03d}-{letter:03d}"


def qr_sheet(text: str) -> Image.Image:
    """A sheet with a QR code of some 6 cm."""
    code = qrcode.QRCode(border=4, box_size=14, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    picture = code.make_image().get_image().convert("L")
    page = _sheet(text)
    page.paste(picture, ((WIDTH_PX - picture.width) // 2, 700))
    return page


def code128_sheet(text: str) -> Image.Image:
    """A sheet with a Code 128 (set B) 15 cm wide. Source: ISO/IEC 15417, widths of bars and spaces."""
    values = [_CODE128_START_B, *(ord(letter) - 32 for letter in text)]
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    widths = "".join(_CODE128[value] for value in (*values, check)) + _CODE128_STOP
    page, module_px = _sheet(text), 4
    x = (WIDTH_PX - sum(map(int, widths)) * module_px) // 2
    for place, width in enumerate(widths):
        if place % 2 == 0:
            ImageDraw.Draw(page).rectangle((x, 800, x + int(width) * module_px - 1, 1050), fill=0)
        x += int(width) * module_px
    return page


def patch_sheet() -> Image.Image:
    """A sheet with patch T: bars narrow, wide, narrow, wide; 0.08 and 0.20 inch, 0.08 inch apart. Source: Kodak A-61599."""
    page = _sheet("PATCH T")
    y = int(0.5 * DPI)
    for inches in (0.08, 0.20, 0.08, 0.20):
        height = round(inches * DPI)
        ImageDraw.Draw(page).rectangle((200, y, WIDTH_PX - 200, y + height - 1), fill=0)
        y += height + round(0.08 * DPI)
    return page


def _sheet(caption: str) -> Image.Image:
    page = Image.new("L", (WIDTH_PX, HEIGHT_PX), 255)
    font = ImageFont.truetype(font_path("sans"), 34)
    ImageDraw.Draw(page).text(((WIDTH_PX - font.getlength(caption)) / 2, 1500), caption, font=font, fill=0)
    return page
