"""Weighs each candidate by everything a letter says, and says it in a clerk's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dedup.addresses import parse_address
from dedup.agreeing import Ground, NumberMatch, Scored, agreements
from dedup.clues import Clues, NameClue, NumberClue
from dedup.comparing import Dwelling, Name, Number
from dedup.keys import (
    dwelling_keys,
    email_key,
    full_name_key,
    initial_key,
    name_pair_key,
    organisation_key,
    phone_key,
)
from dedup.normalising import email, name_words, phone, squash
from dedup.ports import Directory, PersonName, Profile
from dedup.tax_ids import check_bits
from dedup.weighing import contact_bits, dwelling_bits, name_bits, number_bits

_KIND_WORDS = {
    "account": "account",
    "contract": "contract",
    "meter": "meter",
    "point_of_delivery": "supply point",
    "tax_id": "tax number",
}


def score(clues: Clues, profiles: Sequence[Profile], counts: Mapping[int, int], directory: Directory) -> list[Scored]:
    """Answer every candidate weighed, in no order. `counts`: how many customers carry the keys of the letter's own data."""
    scored = agreements(clues, profiles, counts, directory.account_shapes())
    carriers = {**counts, **directory.key_counts(sorted({k for s in scored for k in _frequency_keys(s)}))}
    size = directory.size()
    holders: dict[str, int] = {}
    for s in scored:
        for match in s.exact_numbers:
            holders[match.held] = holders.get(match.held, 0) + 1
    for s in scored:
        _weigh_name(s, carriers, size)
        _weigh_dwelling(s, carriers, size)
        _weigh_contacts(s, clues, carriers, size)
        _weigh_numbers(s, holders)
        s.found.extend(_against(clue) for clue in s.foreign)
        s.bits = sum(g.bits for g in s.found)
    return scored


def _frequency_keys(s: Scored) -> Iterator[int]:
    """Keys whose counts say how common the data are that agree."""
    if s.named and isinstance(s.name_held, PersonName):
        given, middle = name_words(s.name_held.given), name_words(s.name_held.middle)
        if given:
            yield name_pair_key(s.name_held.surname, given[0])
            yield initial_key(s.name_held.surname, given[0])
        if given and middle:
            yield full_name_key((s.name_held.surname, given[0], middle[0]))
    elif s.named and isinstance(s.name_held, str):
        yield organisation_key(s.name_held)
    if s.dwelling_held:
        yield from dwelling_keys(parse_address(s.dwelling_held))


def _weigh_name(s: Scored, counts: Mapping[int, int], size: int) -> None:
    if s.mentioned:
        s.found.append(Ground("name", s.profile.label, f"{s.profile.label} is named in the letter", 0.0))
    if s.name == Name.UNKNOWN:
        return
    carriers = _carriers(s.name, s.name_held, s.name_clue, counts)
    text = s.written or ""
    bits = name_bits(s.name, carriers, size)
    place = s.name_clue.place if s.name_clue else None
    s.found.append(Ground("name", text, _name_words(s.name, text, carriers), bits, place))


def _carriers(level: Name, held: PersonName | str | None, clue: NameClue | None, counts: Mapping[int, int]) -> int:
    if held is None or clue is None:
        return 1
    if isinstance(held, str):
        return counts.get(organisation_key(held), 1)
    given, middle = name_words(held.given), name_words(held.middle)
    if not given:
        return 1
    if level == Name.INITIALS:
        return counts.get(initial_key(held.surname, given[0]), 1)
    if middle and len([w for w in name_words(clue.text) if len(w) > 1]) >= 3:
        return counts.get(full_name_key((held.surname, given[0], middle[0])), 1)
    return counts.get(name_pair_key(held.surname, given[0]), 1)


def _name_words(level: Name, text: str, carriers: int) -> str:
    if level == Name.DIFFERS:
        return f"the letter names {text}, not them"
    if level == Name.RELATIVE:
        return f"{text} shares the surname, not the whole name"
    if level == Name.SURNAME:
        return f"only a part of the name agrees with {text}"
    how = {Name.FULL: "is their name", Name.FUZZY: "is their name but for a letter", Name.INITIALS: "fits their name"}
    return f"{text} {how[level]}; {carriers} of the customers bear it"


def _weigh_dwelling(s: Scored, counts: Mapping[int, int], size: int) -> None:
    if s.dwelling == Dwelling.UNKNOWN:
        return
    words = {
        Dwelling.FULL: "is their address",
        Dwelling.FORMER: "is their former address",
        Dwelling.HOUSE: "is the same house, not the same flat",
        Dwelling.DIFFERS: "the letter gives another address than theirs",
    }
    text = s.dwelling_held
    carriers = min((counts.get(k, 1) for k in dwelling_keys(parse_address(text))), default=1)
    bits = dwelling_bits(s.dwelling, carriers, size)
    s.found.append(Ground("address", text, f"{text} {words[s.dwelling]}".strip(), bits, s.dwelling_place))


def _weigh_contacts(s: Scored, clues: Clues, counts: Mapping[int, int], size: int) -> None:
    phones = {phone(p): p for p in s.profile.phones if phone(p)}
    emails = {email(e): e for e in s.profile.emails if email(e)}
    seen: set[str] = set()
    for datum, held, found in (("phone", phones, clues.phones), ("email", emails, clues.emails)):
        for clue in found:
            value = phone(clue.text) if datum == "phone" else email(clue.text)
            key = phone_key(clue.text) if datum == "phone" else email_key(clue.text)
            if value not in held or key is None or value in seen:
                continue
            seen.add(value)
            s.contacts += 1
            bits = contact_bits(counts.get(key, 1), size, clue.channel)
            s.found.append(Ground(datum, clue.text, f"{datum} {clue.text} is theirs", bits, clue.place))
    if s.profile.birth_date and s.profile.birth_date in clues.dates:
        s.born = True
        s.found.append(Ground("birth_date", s.profile.birth_date, "their date of birth is in the letter", 9.0))


def _weigh_numbers(s: Scored, holders: Mapping[str, int]) -> None:
    agreeing = s.named or s.dwelling >= Dwelling.FORMER
    for match in s.matches:
        exact = match.level >= Number.CONFUSABLE
        bits = number_bits(match.level, match.held, holders.get(match.held, 1) if exact else 1)
        if match.kind == "tax_id" and bits:
            bits = max(0.0, bits + check_bits(match.clue.text))
        if not exact and not agreeing:
            bits = 0.0  # the more customers there are, the more a near number is somebody else's
        s.found.append(Ground(match.kind, match.held, _number_words(match), bits, match.clue.place))


def _against(clue: NumberClue) -> Ground:
    return Ground(clue.label or "number", clue.text, f"{clue.text} is another customer's", -6.0, clue.place)


def _number_words(match: NumberMatch) -> str:
    kind, written = _KIND_WORDS[match.kind], match.clue.text
    if squash(written) == squash(match.held):
        return f"{kind} {match.held} is theirs"
    if match.level == Number.CONFUSABLE:
        return f"{written} reads as their {kind} {match.held}"
    edits = "one sign" if match.level == Number.ONE_EDIT else "two signs"
    return f"{written} differs from their {kind} {match.held} in {edits}"
