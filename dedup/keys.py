"""Blocking keys: 64-bit hashes under which a customer is found without a scan.

A customer's keys are made once, when the record is written (`profile_keys`); a letter's are made from its clues
by the same functions. Keys combine data, so that each names few customers even among millions: never a surname alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

from dedup.addresses import ParsedAddress, parse_address
from dedup.normalising import digit_like, email, fold, name_key, name_words, organisation_words, phone, sound
from dedup.ports import PersonName, Profile


@lru_cache(maxsize=65536)
def _hashed(text: str) -> int:
    value: int = struct.unpack("<q", blake2b(text.encode(), digest_size=8).digest())[0]
    return value


def number_key(number: str) -> int:
    """Answer the key of an identifier of any kind: account, contract, meter, point of delivery, tax id."""
    return _hashed("n:" + digit_like(number))


def phone_key(text: str) -> int | None:
    """Answer a phone's key, or None where it is not one."""
    last = phone(text)
    return _hashed("t:" + last) if last else None


def email_key(text: str) -> int | None:
    """Answer an e-mail address's key, or None where it is not one."""
    address = email(text)
    return _hashed("e:" + address) if address else None


def name_pair_key(first: str, second: str) -> int:
    """Answer the key of two name words in either order, inflected or transliterated."""
    return _hashed("f:" + "+".join(sorted((name_key(first), name_key(second)))))


def initial_key(surname: str, given: str) -> int:
    """Answer the key of a surname with a first initial: it says how common such a signature is."""
    return _hashed("i:" + name_key(surname) + "+" + sound(given)[:1])


def word_key(word: str) -> int:
    """Answer the key of one name word as written: a word that others bear is a name of its own, not a misread one."""
    return _hashed("v:" + fold(word))


def full_name_key(words: Sequence[str]) -> int:
    """Answer the key of three name words in any order: it says how common a name with its patronymic is."""
    return _hashed("w:" + "+".join(sorted(name_key(w) for w in words)))


def organisation_key(name: str) -> int:
    """Answer the key of an organisation's whole name, without its legal form."""
    return _hashed("o:" + "+".join(sorted(sound(w) for w in organisation_words(name))))


def dwelling_keys(parsed: ParsedAddress) -> list[int]:
    """Answer an address's keys: each of its street's words with all of its numbers."""
    if not parsed.numbers:
        return []
    return [street_key(word, parsed.numbers) for word in sorted(parsed.street)]


def street_key(word: str, numbers: Sequence[str]) -> int:
    """Answer the key of one word of an address with its numbers in any order."""
    return _hashed("a:" + sound(word) + "|" + "-".join(sorted(numbers)))


def surname_place_keys(word: str, parsed: ParsedAddress) -> list[int]:
    """Answer keys of a name word with a postcode or with a dwelling's numbers: found though the street is unreadable."""
    found = [_hashed(f"z:{name_key(word)}|{parsed.postcode}")] if parsed.postcode else []
    if len(parsed.numbers) >= 2:
        found.append(_hashed(f"h:{name_key(word)}|{parsed.number_key}"))
    return found


def _person_keys(name: PersonName, places: Iterable[ParsedAddress]) -> Iterable[int]:
    given, middle = name_words(name.given), name_words(name.middle)
    yield from (word_key(w) for w in (name.surname, *given[:1]))
    if given:
        yield name_pair_key(name.surname, given[0])
        yield initial_key(name.surname, given[0])
    if given and middle:
        yield full_name_key((name.surname, given[0], middle[0]))
        # Found though the surname changed or is unreadable; two given names are too common alone to be a pair key.
        yield from (k for p in places for k in surname_place_keys(given[0] + middle[0], p))
    yield from (k for p in places for k in surname_place_keys(name.surname, p))


def profile_keys(profile: Profile) -> list[int]:
    """Answer every key a customer is found by, each once, in no order that means anything."""
    keys: set[int | None] = set()
    places = [parse_address(a) for a in (*profile.addresses, *profile.former_addresses) if a]
    for place in places:
        keys.update(dwelling_keys(place))
    for name in profile.persons:
        if name.surname:
            keys.update(_person_keys(name, places))
    for organisation in profile.organisations:
        keys.add(organisation_key(organisation))
        keys.update(k for p in places for w in organisation_words(organisation)[:1] for k in surname_place_keys(w, p))
    numbers = (profile.accounts, profile.contracts, profile.meters, profile.points_of_delivery, profile.tax_ids)
    keys.update(number_key(n) for group in numbers for n in group if n)
    keys.update(phone_key(p) for p in profile.phones)
    keys.update(email_key(e) for e in profile.emails)
    return sorted(k for k in keys if k is not None)
