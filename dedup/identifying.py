"""Whose letter it is: candidates by key, each weighed by all that the letter says, and a decision that abstains.

Finding is by blocking keys, weighing in `scoring`, deciding in `deciding`.
"""

from __future__ import annotations

from collections.abc import Sequence

from dedup.addresses import parse_address
from dedup.clues import Clues
from dedup.deciding import CROWDED, Identification, decide, long_words, pair_keys
from dedup.keys import (
    email_key,
    full_name_key,
    number_key,
    organisation_key,
    phone_key,
    street_key,
    surname_place_keys,
    word_key,
)
from dedup.normalising import organisation_words
from dedup.ports import Directory
from dedup.scoring import score
from dedup.tax_ids import repairs, spellings

_CANDIDATES = 240


def identify(clues: Clues, directory: Directory) -> Identification:
    """Answer whose letter these clues are, against the directory.

    Raises `EngineAway` from the directory; safe to repeat.
    """
    keys = _keys(clues)
    spoken = [word_key(w) for clue in clues.names if not clue.organisation for w in long_words(clue.text)]
    counts = directory.key_counts([*keys, *spoken])
    finding = sorted((k for k in keys if 0 < counts.get(k, 0) <= CROWDED), key=lambda k: counts[k])
    candidates = directory.profiles(directory.candidates(finding, _CANDIDATES))
    profiles = [profile.as_of(clues.written_on) for profile in candidates]
    scored = score(clues, profiles, counts, directory)
    return decide(scored, clues, counts, directory.size())


def _keys(clues: Clues) -> list[int]:
    """Every key the letter's data could be found by, each once."""
    keys: dict[int | None, None] = {}
    keys.update(dict.fromkeys(number_key(n.text) for n in clues.numbers))
    for number in (n.text for n in clues.numbers if n.label == "tax_id"):
        keys.update(dict.fromkeys(number_key(t) for one in (number, *repairs(number)) for t in spellings(one)))
    keys.update(dict.fromkeys(phone_key(p.text) for p in clues.phones))
    keys.update(dict.fromkeys(email_key(e.text) for e in clues.emails))
    places = [parse_address(a.text) for a in clues.addresses]
    for place in places:
        runs = {place.numbers[:i] for i in range(1, len(place.numbers) + 1)}
        runs |= {place.numbers[i:] for i in range(len(place.numbers))}
        keys.update(dict.fromkeys(street_key(w, run) for w in place.words for run in runs if run))
    for clue in clues.names:
        if clue.organisation:
            keys[organisation_key(clue.text)] = None
            # Of a mere line its whole name is asked for, no more: a letter has many lines.
            announced = clue.sure or clue.role in ("labelled", "subject", "channel")
            words: Sequence[str] = organisation_words(clue.text)[:1] if announced else ()
        else:
            words = long_words(clue.text)
            keys.update(dict.fromkeys(pair_keys(words)))
            if len(words) == 3:
                keys[full_name_key(words)] = None
        keys.update(dict.fromkeys(k for p in places for w in words for k in surname_place_keys(w, p)))
    return [k for k in keys if k is not None]


__all__ = ["Identification", "identify"]
