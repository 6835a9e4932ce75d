"""The body of one object over as many connections as it takes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from archive.adapters.s3_address import Patience
from archive.adapters.s3_answers import reason_of
from archive.errors import EngineAway

_PARTIAL_CONTENT = 206


class Body:
    """Reads on where a connection broke; gives up when no byte comes in so many tries."""

    def __init__(self, ask: Callable[[int], BaseHTTPResponse], place: str, patience: Patience) -> None:
        """`ask` gives the answer from an offset on. Asks at once: a thing that is missing is told here."""
        self._ask, self._place, self._patience = ask, place, patience
        self._at = 0
        self._response: BaseHTTPResponse | None = ask(0)
        self.size_bytes = int(self._response.headers["content-length"])

    def read(self, count: int, /) -> bytes:
        """Up to so many bytes. Raises EngineAway, never ends before the size that was announced."""
        for turn in range(1, self._patience.tries + 1):
            try:
                piece = self._answer().read(count)
            except (HTTPError, OSError) as error:
                self.close()
                if turn == self._patience.tries:
                    words = f"the object store {self._place} broke off after {self._at} of {self.size_bytes} bytes"
                    raise EngineAway(f"{words}: {reason_of(error)}; try again") from error
                time.sleep(self._patience.pause_s * (2**turn + random.random()) / 2)  # noqa: S311
            else:
                self._at += len(piece)
                return piece
        raise AssertionError("every turn returns or raises")

    def close(self) -> None:
        """Let go of the connection: back to the pool where all was read, else closed."""
        response, self._response = self._response, None
        if response is not None:
            with suppress(HTTPError, OSError):
                response.close()
                response.release_conn()

    def _answer(self) -> BaseHTTPResponse:
        if self._response is None:
            self._response = self._ask(self._at)
            if self._at and self._response.status != _PARTIAL_CONTENT:
                raise EngineAway(f"the object store {self._place} does not give a part of an object")
        return self._response
