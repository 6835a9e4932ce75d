"""Letters for the trainer: a wording with heads, titles, fillers, ends and appended clauses, then misread a little.

Everything around the wording is drawn from the same lists for every type, but for what belongs to the kind of paper
(a bill bears our own head, an inquiry an authority's), and even that is mixed, so that the wording itself decides.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from intake.classifying.kinds import kinds
from intake.classifying.wordings import Filler, Wording, surroundings

OWN_PAPER = frozenset({"invoice", "contract_copy", "meter_replacement_act"})
MISREAD_RU = {
    "о": "0",
    "з": "3",
    "ш": "щ",
    "и": "н",
    "н": "п",
    "е": "с",
    "б": "6",
    "л": "п",
    "ц": "ц,",
    "ы": "ьі",
    "т": "г",
}
MISREAD_EN = {"o": "0", "l": "1", "i": "l", "e": "c", "m": "rn", "s": "5", "b": "6", "h": "b", "u": "n", "t": "f"}


class LetterWriter:
    """Writes training letters. `fillers` restricts which surroundings are used, so some can be held out."""

    def __init__(self, language: str, rng: random.Random, fillers: Mapping[str, Sequence[str]] | None = None) -> None:
        self._rng = rng
        self._language = language
        self._filler = Filler(language, rng)
        self._around: Mapping[str, Any] = fillers or surroundings(language)
        self._titles = {kind.code: kind.titles.get(language, ()) for kind in kinds()}

    def write(self, wording: Wording) -> str:
        """One letter with this wording."""
        filled = self._filler.fill(wording.text)
        if self._rng.random() < 0.12:
            return self._spoiled(filled)
        parts = [*self._head(wording.code), *self._title(wording.code), self._body(filled, wording.code), *self._end()]
        if self._rng.random() < (0.35 if wording.code == "contract_copy" else 0.15):
            parts.append(self._appendix(bare=wording.code == "contract_copy"))
        return self._spoiled("\n".join(part.strip("\n") for part in parts))

    def _pick(self, what: str, count: int = 1) -> list[str]:
        chosen = self._rng.sample(list(self._around[what]), min(count, len(self._around[what])))
        return [self._filler.fill(text) for text in chosen]

    def _head(self, code: str) -> list[str]:
        draw = self._rng.random()
        if draw < 0.25:
            return []
        if code in OWN_PAPER and draw < 0.85:
            return self._pick("own_heads") + self._pick("paper_heads", self._rng.randint(0, 1))
        if code == "authority_inquiry" and draw < 0.8:
            return self._pick("authority_heads")
        if draw < 0.32:
            return self._pick("paper_heads")
        return self._pick("sender_heads")

    def _title(self, code: str) -> list[str]:
        titles = self._titles[code]
        if not titles or self._rng.random() < 0.5:
            return []
        title = self._rng.choice(titles)
        return [title.upper() if self._rng.random() < 0.5 else title]

    def _body(self, filled: str, code: str) -> str:
        rng = self._rng
        often = 0.25 if code in OWN_PAPER or code == "authority_inquiry" else 1.0
        before = self._pick("openings") if rng.random() < 0.6 * often else []
        amid = self._pick("fillers", rng.choice((0, 1, 1, 2, 3))) if rng.random() < 0.75 * often else []
        after = self._pick("closings") if rng.random() < 0.6 * often else []
        cut = rng.randint(0, len(amid))
        joiner = rng.choice((" ", "\n"))
        return joiner.join([*before, *amid[:cut], filled, *amid[cut:], *after])

    def _end(self) -> list[str]:
        return self._pick("ends") if self._rng.random() < 0.6 else []

    def _appendix(self, bare: bool) -> str:
        clauses = self._pick("clauses", self._rng.randint(4, 12))
        numbered = [f"{at}{self._rng.choice('.)')} {clause}" for at, clause in enumerate(clauses, start=1)]
        return "\n".join(numbered if bare else [*self._pick("appendix_heads"), *numbered])

    def _spoiled(self, text: str) -> str:
        if self._rng.random() < 0.5:
            width = self._rng.randint(48, 100)
            text = "\n".join(textwrap.fill(line, width) for line in text.split("\n"))
        if self._rng.random() < 0.08:
            text = text.lower()
        return self._misread(text, self._rng.choice((0.0, 0.0, 0.005, 0.02, 0.05)))

    def _misread(self, text: str, rate: float) -> str:
        if not rate:
            return text
        table = MISREAD_RU if self._language == "ru" else MISREAD_EN
        return "".join(self._misread_letter(letter, rate, table) for letter in text)

    def _misread_letter(self, letter: str, rate: float, table: Mapping[str, str]) -> str:
        draw = self._rng.random()
        if draw >= rate:
            return letter
        if draw < rate * 0.6:
            return table.get(letter.lower(), letter)
        return "" if draw < rate * 0.8 else letter + self._rng.choice((" ", ".", letter))
