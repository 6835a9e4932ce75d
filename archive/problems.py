"""What a proof found wrong: one frozen record, the same for every check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not prove true.

    `kind` is a stable word (`object_damaged`, `entry_changed` …), `subject` names the thing (`object:ab12…`,
    `journal:17`), `words` say what is wrong and what to do, for the person who runs the check. `harmless` where
    nothing is lost and nothing is wrong with what we hold: bytes left by an interrupted acceptance, an index behind.
    """

    kind: str
    subject: str
    words: str
    harmless: bool = False
