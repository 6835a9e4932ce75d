"""What the system says of a letter or an error: English sentences that keep the words they were put together from.

A `Sentence` is a template with its values. As text it is English, for programs, logs and the command line; a page finds
the template in its reader's catalogue and puts the same values in. See docs/adr/0023-sentences-with-values.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STABLE_WORDS = frozenset({"datum", "zone", "type", "other_type", "state", "role"})
"""Values that are words of ours, which a page shows by their name in its language; all others are shown as they are."""


QUOTED = "{quoted}"
"""The template of words that are not ours to translate: an engine's, a parser's, the system's."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template and what stands in its places. Equal ones are the same sentence; `str()` gives it in English."""

    template: str
    values: tuple[tuple[str, str | int], ...] = ()

    def __str__(self) -> str:
        return self.template.format_map({name: _english(name, value) for name, value in self.values})


Told = tuple[Sentence, ...]
"""An explanation: sentences in their order, none where there is nothing to say."""


def say(template: str, **values: str | int) -> Sentence:
    """A sentence. The template is written out where it is said: a test looks for its translation."""
    return Sentence(template, tuple(values.items()))


def quoted(what: Exception | str) -> Sentence:
    """What an error says: its own sentence, or else its words as they are. A text is quoted as it is."""
    message = what if isinstance(what, str) else what.args[0] if what.args else ""
    return message if isinstance(message, Sentence) else Sentence(QUOTED, (("quoted", str(message)),))


def in_english(told: Told) -> str:
    """The sentences as one text."""
    return "; ".join(map(str, told))


def stored(told: Told) -> str:
    """The sentences as a column keeps them; '' for none."""
    return json.dumps([as_row(one) for one in told], ensure_ascii=False) if told else ""


def restored(text: str) -> Told:
    """The sentences of a column, as `stored` made them."""
    return tuple(from_row(row) for row in json.loads(text)) if text else ()


def as_row(sentence: Sentence) -> dict[str, Any]:
    """A sentence in the form that JSON keeps."""
    return {"template": sentence.template, "values": [list(pair) for pair in sentence.values]}


def from_row(row: Mapping[str, Any]) -> Sentence:
    """A sentence out of JSON."""
    pairs: Sequence[Sequence[Any]] = row["values"]
    return Sentence(row["template"], tuple((str(name), value) for name, value in pairs))


def _english(name: str, value: str | int) -> str | int:
    return value.replace("_", " ") if name in STABLE_WORDS and isinstance(value, str) else value
