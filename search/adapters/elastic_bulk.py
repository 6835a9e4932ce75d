"""Changes sent to a search server in requests of a bearable size; told apart: taken, older than what is held, refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError

from archive.errors import EngineAway, EngineFailed
from search.adapters.elastic_client import BUSY, Busy, Server, Waiting, why

REQUEST_BYTES = 4_000_000
"""One request holds so much, or one document where that is larger: a server's limit is 100 MB, its memory often 1 GB."""
_FAULT_OF_THE_LINE = frozenset({400, 413})
"""Anything else, such as an index closed to writing, would befall every line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One change: what to write under this id where nothing of a higher rank is held."""

    id: str
    rank: int
    source: bytes

    def lines(self) -> tuple[bytes, bytes]:
        """As a bulk request has it."""
        head = f'{{"index":{{"_id":"{self.id}","version":{self.rank},"version_type":"external_gte"}}}}'
        return head.encode(), self.source


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server would not take, and why."""

    line: Line
    reason: str


class Bulk:
    """Sends changes to one alias, waiting while the server is busy."""

    def __init__(self, server: Server, alias: str) -> None:
        self._server = server
        self._alias = alias

    def send(self, lines: Iterable[Line]) -> list[Refusal]:
        """Write them all; what is older than what is held loses silently. Safe to repeat.

        Raises:
            EngineAway: the server does not answer, or stays busy.
            AliasGone: there is no such alias any more.
        """
        refused: list[Refusal] = []
        for some in _requests(lines):
            if len(some) == 1 and self._is_too_large(some[0]):
                refused.append(_too_large(some[0]))
            else:
                refused += self._send(some)
        return refused

    def _is_too_large(self, line: Line) -> bool:
        size = sum(len(one) + 1 for one in line.lines())
        return size > REQUEST_BYTES and size > self._server.largest_request_bytes

    def _send(self, lines: Sequence[Line]) -> list[Refusal]:
        if len(lines) > 1 or len(lines[0].source) <= REQUEST_BYTES:
            return self._send_patiently(lines, self._server.patience.change_waits_s)
        try:
            return self._send_patiently(lines, self._server.patience.change_waits_s / 6)
        except Busy as error:  # more than the server spares memory for, however long it is waited for
            return [Refusal(lines[0], f"too large for the search server's memory: {error}")]

    def _send_patiently(self, lines: Sequence[Line], waits_s: float) -> list[Refusal]:
        waiting = Waiting(self._server.patience, waits_s)
        refused: list[Refusal] = []
        reason = ""
        while lines:
            answered = self._ask(lines, waits_s)
            if isinstance(answered, list):
                return [*refused, *answered]
            again = []
            for line, item in zip(lines, answered["items"], strict=True):
                told = item["index"]
                if told["status"] in BUSY:
                    again.append(line)
                    reason = told["error"].get("reason")
                elif refusal := self._refusal(line, told):
                    refused.append(refusal)
            if again and not waiting.a_while():
                raise Busy(f"the index {self._alias} is too busy to take {len(again)} changes: {reason}")
            lines = again
        return refused

    def _ask(self, lines: Sequence[Line], waits_s: float) -> Any:
        """The server's answer; the refusals, where the request was too large and had to be parted."""
        operations: list[Any] = [one for line in lines for one in line.lines()]
        try:
            return self._server.change(
                lambda client: client.bulk(index=self._alias, operations=operations, require_alias=True), waits_s
            )
        except ApiError as error:
            if error.status_code != 413:
                raise EngineFailed(f"the index {self._alias} does not take changes: {why(error)}") from error
            if len(lines) == 1:
                return [_too_large(lines[0])]
            middle = len(lines) // 2
            return [*self._send(lines[:middle]), *self._send(lines[middle:])]

    def _refusal(self, line: Line, told: dict[str, Any]) -> Refusal | None:
        if told["status"] < 300 or told["status"] == 409:  # a newer version is held already
            return None
        error = told.get("error", {})
        if error.get("type") == "index_not_found_exception":
            raise AliasGone(f"the index {self._alias} is not there")
        if told["status"] not in _FAULT_OF_THE_LINE:
            raise EngineFailed(f"the index {self._alias} broke over {line.id}: {error.get('reason')}")
        cause = error.get("caused_by", {}).get("reason")
        return Refusal(line, f"{error.get('type')}: {error.get('reason')}" + (f" ({cause})" if cause else ""))


def _too_large(line: Line) -> Refusal:
    return Refusal(line, f"too large for the search server: {len(line.source)} bytes to index")


class AliasGone(EngineAway):
    """The alias that was written to is not there: a rebuild has ended, or nothing was made yet."""


def _requests(lines: Iterable[Line]) -> Iterator[list[Line]]:
    some: list[Line] = []
    size = 0
    for line in lines:
        if some and size + len(line.source) > REQUEST_BYTES:
            yield some
            some, size = [], 0
        some.append(line)
        size += len(line.source)
    if some:
        yield some
