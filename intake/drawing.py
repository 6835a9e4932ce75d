"""Pictures of pages for the eye: drawn in the sandbox, turned upright, kept as renditions."""

from __future__ import annotations

import io
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from sqlalchemy import select

from archive.arrivals import keep_object
from archive.documents import keep_rendition
from archive.errors import NotFound, Unreadable
from archive.ports import Catalogue, ObjectStore
from archive.schema import rendition
from intake.opening.arrival import draw_pages
from intake.readers.registry import has_pages
from intake.sandbox import Sandbox

LONGER_SIDE_PX = 1800
"""A4 at about 150 dpi: small print can be read, and the picture stays near 200 kB."""
MEDIA_TYPE = "image/png"


@dataclass(frozen=True, slots=True)
class PageDrawer:
    """Draws pages of objects as upright PNG, each once: a picture drawn is kept as a rendition."""

    catalogue: Catalogue
    objects: ObjectStore
    sandbox: Sandbox

    def draw(self, digest: str, media_type: str, page: int, turned_deg: int) -> bytes:
        """One page (from 1) of an object as PNG, turned clockwise by `turned_deg` so that it stands upright.

        Raises: NotFound where there is no such page, Unreadable and LimitExceeded as the readers do, EngineAway.
        """
        made_by = f"drawn {LONGER_SIDE_PX} px, turned {turned_deg}"
        kept = self._kept(digest, page, made_by)
        if kept is None:
            kept = self._drawn(digest, media_type, page, turned_deg)
            self._keep(digest, page, made_by, kept)
        return kept

    def _kept(self, digest: str, page: int, made_by: str) -> bytes | None:
        with self.catalogue.reading() as connection:
            found = connection.execute(
                select(rendition.c.digest).where(
                    rendition.c.source == digest,
                    rendition.c.kind == "picture",
                    rendition.c.page == page,
                    rendition.c.made_by == made_by,
                )
            ).scalar()
        if found is None or not self.objects.has(found):
            return None
        with self.objects.open(found) as stream:
            return stream.read()

    def _drawn(self, digest: str, media_type: str, page: int, turned_deg: int) -> bytes:
        if not has_pages(media_type):
            raise NotFound(f"a file of type {media_type} has no pages to draw")
        with tempfile.TemporaryDirectory(prefix="dossier-draw-") as folder:
            scratch = Path(folder)
            source = scratch / "source"
            with self.objects.open(digest) as stream, source.open("wb") as sink:
                shutil.copyfileobj(stream, sink)
            try:
                pictures = draw_pages(
                    self.sandbox, source, scratch, media_type, [page], form="png", max_side_px=LONGER_SIDE_PX
                )
            except Unreadable as error:
                if error.reason == "no_such_page":
                    raise NotFound(f"there is no page {page}") from error
                raise
            return _upright((scratch / pictures[0].file).read_bytes(), turned_deg)

    def _keep(self, source: str, page: int, made_by: str, picture: bytes) -> None:
        digest, size_bytes = self.objects.put(io.BytesIO(picture))
        with self.catalogue.writing() as connection:
            keep_object(connection, digest, size_bytes, MEDIA_TYPE, "rendition")
            keep_rendition(connection, source, "picture", page, digest, made_by)


def _upright(png: bytes, turned_deg: int) -> bytes:
    """Our own PNG, turned; nothing of the stranger's bytes is decoded here."""
    if turned_deg % 360 == 0:
        return png
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        turned = io.BytesIO()
        image.rotate(-turned_deg, expand=True).save(turned, "PNG")
        return turned.getvalue()
