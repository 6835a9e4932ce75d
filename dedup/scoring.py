"""Weighs each candidate by everything a letter says, and says it in a clerk's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archive.sentences import Sentence, say
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
        words = say("{name} is named in the letter", name=s.profile.label)
        s.found.append(Ground("name", s.profile.label, words, 0.0))
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


def _name_words(level: Name, text: str, carriers: int) -> Sentence:
    if level == Name.DIFFERS:
        return say("the letter names {name}, not them", name=text)
    if level == Name.RELATIVE:
        return say("{name} shares the surname, not the whole name", name=text)
    if level == Name.SURNAME:
        return say("only a part of the name agrees with {name}", name=text)
    if level == Name.INITIALS:
        return say("{name} fits their name; {count} of the customers bear it", name=text, count=carriers)
    if level == Name.FUZZY:
        return say("{name} is their name but for a letter; {count} of the customers bear it", name=text, count=carriers)
    return say("{name} is their name; {count} of the customers bear it", name=text, count=carriers)


def _weigh_dwelling(s: Scored, counts: Mapping[int, int], size: int) -> None:
    if s.dwelling == Dwelling.UNKNOWN:
        return
    text = s.dwelling_held
    carriers = min((counts.get(k, 1) for k in dwelling_keys(parse_address(text))), default=1)
    bits = dwelling_bits(s.dwelling, carriers, size)
    s.found.append(Ground("address", text, _dwelling_words(s.dwelling, text), bits, s.dwelling_place))


def _dwelling_words(level: Dwelling, text: str) -> Sentence:
    if level == Dwelling.DIFFERS:
        return say("the letter gives another address than theirs")
    if level == Dwelling.HOUSE:
        return say("{address} is the same house, not the same flat", address=text)
    if level == Dwelling.FORMER:
        return say("{address} is their former address", address=text)
    return say("{address} is their address", address=text)


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
            words = say("{datum} {value} is theirs", datum=datum, value=clue.text)
            s.found.append(Ground(datum, clue.text, words, bits, clue.place))
    if s.profile.birth_date and s.profile.birth_date in clues.dates:
        s.born = True
        words = say("their date of birth is in the letter")
        s.found.append(Ground("birth_date", s.profile.birth_date, words, 9.0))


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
    words = say("{value} is another customer's", value=clue.text)
    return Ground(clue.label or "number", clue.text, words, -6.0, clue.place)


def _number_words(match: NumberMatch) -> Sentence:
    kind, held, written = match.kind, match.held, match.clue.text
    if squash(written) == squash(held):
        return say("{datum} {value} is theirs", datum=kind, value=held)
    if match.level == Number.CONFUSABLE:
        return say("{written} reads as their {datum} {value}", written=written, datum=kind, value=held)
    if match.level == Number.ONE_EDIT:
        return say("{written} differs from their {datum} {value} in one sign", written=written, datum=kind, value=held)
    return say("{written} differs from their {datum} {value} in two signs", written=written, datum=kind, value=held)
