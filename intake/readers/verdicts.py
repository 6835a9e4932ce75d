"""What follows from the reason for which a file could not be read."""

from __future__ import annotations

from intake.readers.results import Verdict

FOR_REVIEW = frozenset(
    {"unsupported_format", "unsupported_encoding", "unsupported_content", "parser_failed", "crashed"}
)
"""Reasons for which a person opens the original; every other reason rejects the arrival (the original is kept)."""


def verdict_for(reason: str) -> Verdict:
    """`review` where the file may be good and it is we who cannot read it, else `rejected`."""
    return Verdict("review" if reason in FOR_REVIEW else "rejected", reason)
