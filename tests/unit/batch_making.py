"""Pages and batches made by code, for the tests of cutting: letters, separators, blanks, and what scanners do to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE_PX = (1654, 2339)
"""A4 at 200 dpi."""
WORDS = [
    "the",
    "supply",
    "of",
    "power",
    "to",
    "our",
    "house",
    "failed",
    "again",
    "in",
    "May",
    "and",
    "nobody",
    "came",
    "to",
    "look",
    "at",
    "the",
    "meter",
    "in",
    "spite",
    "of",
    "calls",
]
PATCHES = {"1": "1100", "2": "1001", "3": "1010", "4": "0110", "6": "0011", "T": "0101"}


def paper() -> Image.Image:
    return Image.new("L", SIZE_PX, 255)


def font(size_px: int = 34) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size_px)


def letter(seed: int = 0, lines: int = 18) -> Image.Image:
    page, random = paper(), np.random.default_rng(seed)
    draw = ImageDraw.Draw(page)
    for line in range(lines):
        words = random.choice(WORDS, 11)
        draw.text((180, 200 + line * 56), " ".join(words), fill=20, font=font())
    return page


def code(payload: str, kind: str = "QRCode", size_px: int = 560) -> Image.Image:
    made = zxingcpp.create_barcode(payload, zxingcpp.barcode_format_from_str(kind))
    image = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(made)))
    if kind == "QRCode":
        return image.resize((size_px, size_px), Image.Resampling.NEAREST)
    return image.resize((1240, 300), Image.Resampling.NEAREST)


def separator(payload: str = "ARCHIVE-SEPARATOR-001-001", kind: str = "QRCode") -> Image.Image:
    page = paper()
    mark = code(payload, kind)
    page.paste(mark, ((page.width - mark.width) // 2, 560))
    draw = ImageDraw.Draw(page)
    draw.text((520, 1430), "SHEET THAT PARTS LETTERS", fill=0, font=font(48))
    draw.text((600, 1520), payload, fill=0, font=font(34))
    return page


def patch(name: str = "T", standing: bool = False, length_in: float = 6.0) -> Image.Image:
    page = paper() if not standing else paper().rotate(90, expand=True)
    draw = ImageDraw.Draw(page)
    y, left = 500, 120
    for bar in PATCHES[name]:
        high = 40 if bar == "1" else 16
        draw.rectangle((left, y, left + int(length_in * 200), y + high - 1), fill=0)
        y += high + 16
    return page.rotate(90, expand=True) if standing else page


def turned(page: Image.Image, degrees: float) -> Image.Image:
    return page.rotate(degrees, expand=False, fillcolor=255, resample=Image.Resampling.BILINEAR)


def speckled(page: Image.Image, share: float = 0.01, seed: int = 1) -> Image.Image:
    pixels = np.array(page.convert("L"))
    noise = np.random.default_rng(seed).random(pixels.shape)
    pixels[noise < share / 2] = 0
    pixels[noise > 1 - share / 2] = 255
    return Image.fromarray(pixels)


def faxed(page: Image.Image) -> Image.Image:
    small = page.resize((1728, 1146), Image.Resampling.BOX)
    return small.point(lambda value: 255 if value > 128 else 0).convert("1")


def bitonal(page: Image.Image) -> Image.Image:
    return page.convert("L").point(lambda value: 255 if value > 128 else 0).convert("1")


def shadowed(page: Image.Image) -> Image.Image:
    pixels = np.array(page.convert("L")).astype(np.float32)
    pixels *= np.linspace(0.72, 1.0, pixels.shape[1])[None, :]
    pixels[:, :14] = 40
    pixels[-10:, :] = 60
    return Image.fromarray(pixels.astype(np.uint8))


def punched(page: Image.Image) -> Image.Image:
    page = page.copy()
    draw = ImageDraw.Draw(page)
    for y in (850, 1480):
        draw.ellipse((70, y, 117, y + 47), fill=0)
    return page


def shining_through(other_side: Image.Image) -> Image.Image:
    mirrored = other_side.transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(3))
    return mirrored.point(lambda value: int(240 - (255 - value) * 0.11))


def as_tiff(pages: Sequence[Image.Image], path: Path, dpi: tuple[float, float] = (200, 200)) -> Path:
    first, *rest = pages
    compression = "group4" if first.mode == "1" else "tiff_deflate"
    first.save(path, save_all=True, append_images=rest, dpi=dpi, compression=compression)
    return path


def as_pdf(pages: Sequence[Image.Image], path: Path) -> Path:
    first, *rest = pages
    first.convert("L").save(
        path, "PDF", save_all=True, append_images=[page.convert("L") for page in rest], resolution=200
    )
    return path
