"""Measures what engines do, from outside of them: an adapter around an adapter."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archive.measures import OCR_PAGE, Meter
from archive.ports import Catalogue
from intake.ports import PageReader
from intake.stages import PageReading

if TYPE_CHECKING:
    from intake.ocr.picture import Source


class MeasuredPageReader:
    """A `PageReader` that notes the seconds a page of another one."""

    def __init__(self, reader: PageReader, meter: Meter, catalogue: Catalogue) -> None:
        self._reader, self._meter, self._catalogue = reader, meter, catalogue

    def read_page(
        self, picture: Source, dpi: float | tuple[float, float] | None = None, *, number: int = 1
    ) -> PageReading:
        """See `intake.ports.PageReader`."""
        return self.read_pages([picture], [dpi], first_number=number)[0]

    def read_pages(
        self, pictures: Sequence[Source], dpis: Sequence[float | tuple[float, float] | None], *, first_number: int = 1
    ) -> tuple[PageReading, ...]:
        """See `intake.ports.PageReader`. Pages read together share their time."""
        began = time.monotonic()
        readings = self._reader.read_pages(pictures, dpis, first_number=first_number)
        if readings:
            self._meter.observe(OCR_PAGE, (time.monotonic() - began) / len(readings), times=len(readings))
            self._meter.keep(self._catalogue)
        return readings
