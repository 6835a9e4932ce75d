"""What the command line prints: answers on stdout, progress and trouble on stderr.

With `--json` every answer is a line of JSON; without, it is laid out for a person.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

_NO_SCREEN_CHARS = 240


@dataclass(slots=True)
class Printer:
    """One command's output. `as_json` turns tables into JSON lines."""

    as_json: bool
    out: Console = field(default_factory=lambda: Console(soft_wrap=True, highlight=False, markup=False, width=_width()))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, markup=False))

    def row(self, row: Mapping[str, Any], line: str | None = None) -> None:
        """One answer: its JSON, or the line that says the same to a person."""
        if self.as_json or line is None:
            sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            sys.stdout.flush()
        else:
            self.out.print(line)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Several answers of one shape. `columns` are keys of the rows; what they lack is shown as nothing."""
        if self.as_json:
            for row in rows:
                self.row(row)
            return
        table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(*(_cell(row.get(column)) for column in columns))
        self.out.print(table)

    def note(self, line: str) -> None:
        """Something for the person at the keyboard, never part of the answer."""
        self.err.print(line)


def _width() -> int | None:
    """A table that is no screen's keeps its lines whole; None: as wide as the screen."""
    return None if sys.stdout.isatty() else _NO_SCREEN_CHARS


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


@dataclass(slots=True)
class Progress:
    """Progress of long work on stderr: done of total, rate, and time left. Redraws at most four times a second."""

    what: str
    total: int | None
    stream: Any = field(default_factory=lambda: sys.stderr)
    done: int = 0
    first: int = 0
    """Done before, by a run that was stopped: it says nothing of the rate."""
    _started: float = field(default_factory=time.monotonic)
    _shown: float = 0.0

    def at(self, done: int, total: int | None = None, note: str = "") -> None:
        """Say how far the work is."""
        self.done, self.total = done, total if total is not None else self.total
        now = time.monotonic()
        if now - self._shown < (0.25 if self.stream.isatty() else 5.0):
            return
        self._shown = now
        self._draw(now, note)

    def end(self, note: str = "") -> None:
        """The last word: how many, in how long."""
        self._draw(time.monotonic(), note)
        if self.stream.isatty():
            self.stream.write("\n")
        self.stream.flush()

    def _draw(self, now: float, note: str) -> None:
        seconds = max(now - self._started, 1e-9)
        rate = (self.done - self.first) / seconds
        line = f"{self.what}: {self.done:,}" + (f" of {self.total:,}" if self.total else "")
        line += f", {rate:,.1f}/s"
        if self.total and rate > 0 and self.done < self.total:
            line += f", {_span((self.total - self.done) / rate)} left"
        elif self.total is None or self.done >= self.total:
            line += f" in {_span(seconds)}"
        line += f" {note}" if note else ""
        self.stream.write(f"\r\x1b[K{line}" if self.stream.isatty() else f"{line}\n")
        self.stream.flush()


def _span(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
