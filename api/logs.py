"""The program's log on stderr: lines for a person, or a JSON object a line, each with what the work at hand is about."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from archive import tracing
from archive.clock import as_text


def begin(kind: str) -> None:
    """Log from now on, in this process: warnings as text, or all that happens as JSON. Safe to repeat."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines() if kind == "json" else _Text("%(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("dossier").setLevel(logging.INFO if kind == "json" else logging.WARNING)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The line, and behind it what the work is about."""
        told = " ".join(f"{name}={value}" for name, value in tracing.about().items())
        return super().format(record) + (f" ({told})" if told else "")


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One JSON object; `about` and what the line itself tells stand in it as members."""
        line = {
            "at": as_text(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        line |= {**tracing.about(), **getattr(record, "told", {})}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
