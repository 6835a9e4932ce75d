"""Made-up people for the tests of linkage: families in both alphabets, each person in several spoilt records. Seeded."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

_RU = (
    "Орлов Соколов Воробьев Голубев Снегирев Чижов Галкин Грачев Дроздов Сорокин Лебедев Журавлев Зябликов Ястребов",
    "Игорь Павел Сергей Андрей Юрий Максим Олег Илья Роман Денис",
    "Анна Ольга Мария Елена Юлия Вера Нина Лариса Дарья Полина",
    "Игоревич Павлович Сергеевич Андреевич Юрьевич Олегович Ильич Романович",
)
_EN = (
    "Finch Heron Swift Wren Crane Falcon Starling Kestrel Nightingale Partridge Peacock Sparrow Martin Gosling",
    "Arthur Edgar Hugh Rupert Simon Oscar Felix Leonard Walter Victor",
    "Abigail Beatrice Clara Edith Florence Harriet Ivy Louisa Mabel Rose",
    "James John Lee Ray Anne May Jane Grace",
)
_STREETS = ("Садовая", "Озерная", "Полевая", "Лесная", "Кирпичная"), ("Mill Lane", "Orchard Road", "Castle Street")
_TOWNS = ("Рябинск", "Кленовск", "Ольховск"), ("Rowanbridge", "Elmstead", "Ashcombe")


@dataclass(frozen=True, slots=True)
class Made:
    """Rows of the import's columns, and the person that each belongs to."""

    rows: list[dict[str, str]]
    persons: list[int]


def people(count: int, seed: int = 7) -> Made:
    """About `count` persons in families of one to four, a third of them Latin, each with one to four records."""
    random_ = random.Random(seed)
    rows: list[dict[str, str]] = []
    persons: list[int] = []
    at = 0
    while at < count:
        family = _family(random_, latin=random_.random() < 0.35)
        for person in family:
            for _ in range(random_.choice((1, 1, 2, 3, 4))):
                system = random_.choice("ABCD")
                rows.append(_spoilt(person, random_) | {"system": system, "source_id": f"{system}{len(rows)}"})
                persons.append(at)
            at += 1
    return Made(rows, persons)


def _family(random_: random.Random, *, latin: bool) -> list[dict[str, str]]:
    names = [words.split() for words in (_EN if latin else _RU)]
    surname = _rare(random_.choice(names[0]), random_)
    home = _home(random_, latin)
    phone = f"9{random_.randrange(10**9):09d}"
    family = []
    for _ in range(random_.choice((1, 1, 2, 3, 4))):
        woman = random_.random() < 0.5
        middle = random_.choice(names[3])
        born = f"{random_.randrange(1940, 2006)}-{random_.randrange(1, 13):02d}-{random_.randrange(1, 29):02d}"
        family.append({
            "kind": "person",
            "surname": surname if latin or not woman else surname + "а",
            "given_name": random_.choice(names[2] if woman else names[1]),
            "patronymic": middle if latin else (middle[:-2] + "на" if woman and middle != "Ильич" else middle),
            "birth_date": born,
            "phones": phone if random_.random() < 0.4 else f"9{random_.randrange(10**9):09d}",
            "address": home,
            "accounts": f"{random_.randrange(10**9):010d}",
            "contracts": f"{random_.randrange(10, 99)}-Э-{random_.randrange(10**6):06d}",
            "emails": f"{random_.randrange(10**8)}@letters.example",
        })  # fmt: skip
    return family


def _rare(surname: str, random_: random.Random) -> str:
    """A surname that is one of thousands: a beginning before a known one."""
    parts = [
        "Ар",
        "Бел",
        "Вар",
        "Гор",
        "Дан",
        "Ерм",
        "Жар",
        "Зим",
        "Кор",
        "Лаз",
        "Мор",
        "Нар",
        "Пол",
        "Рад",
        "Сам",
        "Тар",
    ]
    if surname[0] < "а" and surname.isascii():
        parts = [
            "Al",
            "Bran",
            "Cor",
            "Dun",
            "El",
            "Far",
            "Glen",
            "Hal",
            "Kin",
            "Lor",
            "Mar",
            "Nor",
            "Os",
            "Pen",
            "Ro",
            "Sel",
        ]
    return random_.choice(parts) + surname.lower() if random_.random() < 0.8 else surname


def _home(random_: random.Random, latin: bool) -> str:
    street, town = random_.choice(_STREETS[latin]), random_.choice(_TOWNS[latin])
    house, flat = random_.randrange(1, 120), random_.randrange(1, 200)
    return f"Flat {flat}, {house} {street}, {town}" if latin else f"г. {town}, ул. {street}, д. {house}, кв. {flat}"


def _spoilt(person: dict[str, str], random_: random.Random) -> dict[str, str]:
    row = dict(person)
    for name in ("birth_date", "phones", "address", "accounts", "contracts", "emails", "patronymic"):
        if random_.random() < 0.3:
            row[name] = ""
    for name, spoil in _SPOILS:
        if row[name] and random_.random() < 0.12:
            row[name] = spoil(row[name], random_)
    if random_.random() < 0.2:
        order = ("surname", "given_name", "patronymic") if random_.random() < 0.7 else ("given_name", "surname")
        row = row | {"full_name": " ".join(row[n] for n in order if row[n])}
        row |= {"surname": "", "given_name": "", "patronymic": ""}
    return row


def _slip(text: str, random_: random.Random) -> str:
    at = random_.randrange(len(text))
    kind = random_.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + random_.choice("аеио" if text[at] > "z" else "aeio") + text[at + 1 :]


def _digit(text: str, random_: random.Random) -> str:
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    at = random_.choice(digits)
    return text[:at] + str(random_.randrange(10)) + text[at + 1 :]


def _initial(text: str, random_: random.Random) -> str:
    return text[0] + "."


_SPOILS: tuple[tuple[str, Callable[[str, random.Random], str]], ...] = (
    ("surname", _slip),
    ("given_name", _slip),
    ("given_name", _initial),
    ("birth_date", _digit),
    ("phones", _digit),
    ("accounts", _digit),
    ("address", lambda text, random_: text.upper()),
)
