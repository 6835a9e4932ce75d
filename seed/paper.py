"""Letters on paper: typeset on A4, signed, then scanned, faxed or photographed. Pages are grey Pillow images."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from letters import Sheet
from PIL import Image, ImageDraw, ImageFont

DPI = 200
WIDTH_PX, HEIGHT_PX = 1654, 2339
_FOLDER = "/usr/share/fonts/truetype/dejavu/"
FACES = {
    "serif": ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
    "sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    "condensed": ("DejaVuSerifCondensed.ttf", "DejaVuSerifCondensed-Bold.ttf"),
    "typewriter": ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
    "slanted": ("DejaVuSerifCondensed-Italic.ttf", "DejaVuSerifCondensed-BoldItalic.ttf"),
}
"""The typefaces of the letters, regular and bold (package fonts-dejavu)."""


@dataclass
class _Pen:
    """Where the next line goes, on a page that is being written."""

    page: Image.Image
    draw: ImageDraw.ImageDraw
    y: int


def font_path(face: str, *, bold: bool = False) -> str:
    """The file of a face of `FACES`."""
    return _FOLDER + FACES[face][bold]


def typeset(sheet: Sheet, random: Random, face: str = "serif", size_px: int = 32) -> Image.Image:
    """The letter on one upright A4 page of 200 dpi, signed."""
    page = Image.new("L", (WIDTH_PX, HEIGHT_PX), 255)
    pen = _Pen(page, ImageDraw.Draw(page), 170)
    regular = ImageFont.truetype(font_path(face), size_px)
    bold = ImageFont.truetype(font_path(face, bold=True), size_px + 4)
    for line in sheet.letterhead:
        _centred(pen, line, bold)
    if sheet.letterhead:
        pen.draw.line((170, pen.y + 8, WIDTH_PX - 170, pen.y + 8), fill=0, width=3)
        pen.y += 50
    left = 900 if sheet.language == "ru" and not sheet.letterhead else 190
    for line in sheet.opening:
        _wrapped(pen, line, regular, left)
    pen.y += 50
    if sheet.heading:
        _centred(pen, sheet.heading, bold)
        pen.y += 30
    _wrapped(pen, sheet.paragraphs[0], regular, 190, indent=60)
    if sheet.table:
        _table(pen, sheet.table, regular)
    for paragraph in sheet.paragraphs[1:]:
        _wrapped(pen, paragraph, regular, 190, indent=60)
    pen.y += 90
    _signature(pen, random)
    pen.draw.text((1000, pen.y), sheet.signature, font=regular, fill=0)
    return page


def enclosure(title: str, lines: tuple[str, ...], face: str = "serif") -> Image.Image:
    """A second sheet that goes with a letter."""
    page = Image.new("L", (WIDTH_PX, HEIGHT_PX), 255)
    pen = _Pen(page, ImageDraw.Draw(page), 200)
    _centred(pen, title, ImageFont.truetype(font_path(face, bold=True), 34))
    pen.y += 40
    for line in lines:
        _wrapped(pen, line, ImageFont.truetype(font_path(face), 30), 190)
    return page


def blank_back(random: Random) -> Image.Image:
    """The empty back of a sheet: print shining through, dust, no words."""
    pixels = np.full((HEIGHT_PX, WIDTH_PX), 250, np.uint8)
    for _ in range(25):
        x, y = random.randrange(40, WIDTH_PX - 40), random.randrange(40, HEIGHT_PX - 40)
        pixels[y : y + 2, x : x + 2] = 150
    return Image.fromarray(pixels)


def skewed(page: Image.Image, degrees: float) -> Image.Image:
    """The page turned a little, as a hasty feeder draws it in; positive is anticlockwise."""
    return page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)


def scanned(page: Image.Image, random: Random, noise: float = 2.0) -> Image.Image:
    """The page off a flatbed: soft edges, paper slightly grey, a little noise."""
    soft = cv2.GaussianBlur(np.asarray(page), (0, 0), 0.7).astype(np.float32) * 0.95 + 8
    return Image.fromarray(np.clip(soft + _grain(random, noise, *soft.shape), 0, 255).astype(np.uint8))


def faxed(page: Image.Image, random: Random) -> Image.Image:
    """The page as a fax machine gives it: 204 × 98 dots an inch brought to square dots, one bit, with specks and a header."""
    narrow = page.resize((1728, 1143), Image.Resampling.BILINEAR)
    pixels = np.asarray(narrow).copy()
    dots = np.random.default_rng(random.randrange(2**32))
    pixels[dots.random(pixels.shape) < 0.0004] = 0
    tall = Image.fromarray(pixels).resize((1728, 2286), Image.Resampling.NEAREST)
    ImageDraw.Draw(tall).text(
        (60, 20), "FAX 14:02  P.01/01", font=ImageFont.truetype(font_path("typewriter"), 26), fill=0
    )
    return tall.point(lambda value: 255 if value > 150 else 0).convert("1")


def black_and_white(page: Image.Image) -> Image.Image:
    """The page as one bit a dot, for G4."""
    return page.point(lambda value: 255 if value > 165 else 0).convert("1")


def photographed(page: Image.Image, random: Random) -> Image.Image:
    """The page on a table under a lamp, taken by hand: in perspective, lit from one corner, with sensor noise. Colour."""
    source = np.array([[0, 0], [WIDTH_PX, 0], [WIDTH_PX, HEIGHT_PX], [0, HEIGHT_PX]], np.float32)
    bend = [random.randrange(40, 150) for _ in range(8)]
    corners = [
        (bend[0], bend[1]),
        (1700 - bend[2], bend[3]),
        (1700 - bend[4], 2400 - bend[5]),
        (bend[6], 2400 - bend[7]),
    ]
    matrix = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    sheet = cv2.warpPerspective(np.asarray(page), matrix, (1700, 2400), flags=cv2.INTER_AREA, borderValue=0).astype(
        np.float32
    )
    mask = cv2.warpPerspective(np.ones((HEIGHT_PX, WIDTH_PX), np.float32), matrix, (1700, 2400))
    across, down = np.linspace(0, 1, 1700, dtype=np.float32), np.linspace(0, 1, 2400, dtype=np.float32)
    light = 1.0 - 0.38 * across[None, :] * (0.4 + 0.6 * down[:, None])
    grain = _grain(random, 3.0, 2400, 1700)
    colours = ((0.97, 96.0), (0.95, 70.0), (0.90, 48.0))
    channels = [(sheet * paper * mask + table * (1 - mask)) * light + grain for paper, table in colours]
    seen = np.stack([np.clip(channel, 0, 255).astype(np.uint8) for channel in channels], axis=2)
    return Image.fromarray(cv2.GaussianBlur(seen, (0, 0), 0.7))


def _grain(random: Random, deviation: float, height: int, width: int) -> npt.NDArray[np.float32]:
    """Noise for a picture; one patch repeated, for drawing millions of numbers is what takes the time."""
    patch = np.random.default_rng(random.randrange(2**32)).normal(0, deviation, (331, 353)).astype(np.float32)
    return np.tile(patch, (height // 331 + 1, width // 353 + 1))[:height, :width]


def _centred(pen: _Pen, line: str, font: ImageFont.FreeTypeFont) -> None:
    pen.draw.text(((WIDTH_PX - font.getlength(line)) / 2, pen.y), line, font=font, fill=0)
    pen.y += int(font.size * 1.45)


def _wrapped(pen: _Pen, text: str, font: ImageFont.FreeTypeFont, left: int, indent: int = 0) -> None:
    line, x = "", left + indent
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and x + font.getlength(longer) > WIDTH_PX - 170:
            pen.draw.text((x, pen.y), line, font=font, fill=0)
            pen.y += int(font.size * 1.4)
            line, x = word, left
        else:
            line = longer
    pen.draw.text((x, pen.y), line, font=font, fill=0)
    pen.y += int(font.size * 1.5)


def _table(pen: _Pen, rows: tuple[tuple[str, ...], ...], font: ImageFont.FreeTypeFont) -> None:
    width = (WIDTH_PX - 400) // len(rows[0])
    height = int(font.size * 1.7)
    pen.y += 15
    for row in rows:
        for column, cell in enumerate(row):
            x = 200 + column * width
            pen.draw.rectangle((x, pen.y, x + width, pen.y + height), outline=0, width=2)
            pen.draw.text((x + 12, pen.y + 8), cell, font=font, fill=0)
        pen.y += height
    pen.y += 30


def _signature(pen: _Pen, random: Random) -> None:
    x, points = 560, []
    for step in range(9):
        points.append((x + step * 34, pen.y + random.randrange(-42, 42)))
    pen.draw.line(points, fill=70, width=4, joint="curve")
