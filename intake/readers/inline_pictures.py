"""Which pictures inside mails and documents are decoration: logos, icons, drawn signatures, tracking dots."""

from __future__ import annotations

import io

from PIL import Image

DECORATION_MAX_SIDE_PX = 900
"""A picture shown inline whose longer side is below this, and whose area is below a page's, is decoration."""
DECORATION_MAX_PIXELS = 400_000
TINY_SIDE_PX = 64
"""No letter is smaller than this, inline or not."""
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*")


def is_letterhead_picture(content: bytes, *, inline: bool) -> bool:
    """Whether these bytes are a picture too small to be a page. Only the header is read; never fails."""
    if not content.startswith(_MAGIC):
        return False
    try:
        with Image.open(io.BytesIO(content)) as image:
            width_px, height_px = image.size
    except Exception:  # what cannot be measured is opened like any other enclosure, and its opening will name it
        return False
    if max(width_px, height_px) <= TINY_SIDE_PX:
        return True
    return inline and max(width_px, height_px) < DECORATION_MAX_SIDE_PX and width_px * height_px < DECORATION_MAX_PIXELS
