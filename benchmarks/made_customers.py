"""A million made-up customers with their families, each in several spoilt records: the generator of the matching benchmarks.

    python -m benchmarks.made_customers PERSONS FILE.csv|.parquet [--seed N]

Writes FILE (the import's columns) and FILE.truth.csv (system, source_id, person, household, relation). Names are
made of syllables by rank, so that common and rare ones are as frequent as in life and nobody's register is used. Families
hold spouses (one surname or two), children, twins, and now and then a son of his father's name; records have slips of the
pen, initials, swapped fields, transliteration, changed surnames, other phones, moves, missing and made-up values.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import duckdb

from archive.directory_file import COLUMNS
from dedup.linkage.working import in_order

_BEGIN = [
    "бак",
    "вол",
    "гор",
    "дем",
    "жур",
    "зах",
    "кар",
    "лап",
    "мал",
    "нов",
    "ост",
    "пет",
    "руд",
    "сав",
    "тим",
    "уш",
    "фад",
    "хар",
    "шал",
    "ян",
    "ков",
    "лос",
    "мор",
    "пан",
    "рог",
    "сид",
    "туп",
]
_MIDST = [
    "ан",
    "ар",
    "ач",
    "ел",
    "ем",
    "ен",
    "ер",
    "ик",
    "ин",
    "ир",
    "ов",
    "ол",
    "он",
    "ор",
    "ос",
    "ош",
    "ун",
    "ур",
    "уш",
    "ят",
    "",
]
_END = ["ов", "ев", "ин", "ский", "ков", "нов", "ьев", "ыгин"]
_GIVEN_M = [
    "Александр",
    "Сергей",
    "Андрей",
    "Дмитрий",
    "Алексей",
    "Михаил",
    "Иван",
    "Николай",
    "Владимир",
    "Евгений",
    "Павел",
    "Виктор",
    "Юрий",
    "Олег",
    "Максим",
    "Игорь",
    "Роман",
    "Антон",
    "Илья",
    "Никита",
    "Егор",
    "Степан",
    "Тимур",
    "Руслан",
    "Глеб",
    "Матвей",
    "Лев",
    "Савелий",
    "Захар",
    "Прохор",
]
_GIVEN_F = [
    "Елена",
    "Ольга",
    "Наталья",
    "Татьяна",
    "Анна",
    "Ирина",
    "Светлана",
    "Мария",
    "Екатерина",
    "Людмила",
    "Галина",
    "Юлия",
    "Валентина",
    "Марина",
    "Нина",
    "Вера",
    "Оксана",
    "Дарья",
    "Лариса",
    "Алла",
    "Полина",
    "Зоя",
    "Тамара",
    "Инна",
    "Жанна",
    "Римма",
    "Майя",
    "Эмма",
    "Клара",
    "Фаина",
]
_SPEECH = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
})  # fmt: skip
_LETTERS = "абвгдеиклмнопрстуя"


@dataclass(slots=True)
class Person:
    """One customer as they are."""

    number: int
    household: int
    relation: str
    surname: str
    given: str
    middle: str
    woman: bool
    birth: tuple[int, int, int]
    phone: str
    email: str
    address: str
    account: str
    contract: str
    meter: str
    tax_id: str
    maiden: str = ""
    moved: str = ""


@dataclass(slots=True)
class World:
    """Where names, streets and numbers come from. One seed, one world."""

    persons: int
    random: random.Random
    surnames: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    towns: list[str] = field(default_factory=list)
    streets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        found: dict[str, None] = {}
        most = min(60_000, max(2_000, self.persons // 8))
        while len(found) < most:
            found[self._name() + self.random.choice(_END)] = None
        self.surnames = [s.capitalize() for s in found]
        total = 0.0
        for rank in range(len(self.surnames)):
            total += 1 / (rank + 12) ** 0.95
            self.weights.append(total)
        self.towns = [self._name().capitalize() + e for e in ("ск", "град", "ово", "инск") for _ in range(60)]
        self.streets = [self._name().capitalize() + e for e in ("ная", "ская", "овая") for _ in range(900)]

    def _name(self) -> str:
        return self.random.choice(_BEGIN) + self.random.choice(_MIDST) + self.random.choice(_MIDST[:-1])

    def surname(self) -> str:
        """A surname, common ones as often as they are in life."""
        return self.random.choices(self.surnames, cum_weights=self.weights)[0]

    def given(self, woman: bool) -> str:
        """A given name: the first of the list are borne by one in twelve, the last by one in five hundred."""
        names = _GIVEN_F if woman else _GIVEN_M
        return names[min(int(self.random.expovariate(0.14)), len(names) - 1)]

    def address(self) -> str:
        """A dwelling in one of the towns."""
        town, street = self.random.choice(self.towns), self.random.choice(self.streets)
        code = 100000 + (hash_of(town) % 8000) * 100 + hash_of(street) % 90
        flat = f", кв. {self.random.randrange(1, 220)}" if self.random.random() < 0.8 else ""
        return f"{code}, г. {town}, ул. {street}, д. {self.random.randrange(1, 160)}{flat}"

    def number(self, digits: int) -> str:
        """A number of so many digits."""
        return str(self.random.randrange(10 ** (digits - 1), 10**digits))


def hash_of(text: str) -> int:
    """A number that a text always has, in every process."""
    return sum((i + 7) * ord(c) for i, c in enumerate(text)) * 2654435761 % 2**32


def inn(digits: str) -> str:
    """Ten digits with the two check digits of a person's tax number."""
    for weights in ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)):
        digits += str(sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 % 10)
    return digits


PERSONS_A_SHARD = 1_000_000
"""So many persons come from one stream of chance; the others of a larger directory are made beside them."""
_BETWEEN_SHARDS = 100
"""A last family goes beyond its shard."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of a directory that is made without the others: the same whoever makes it, and how many do."""

    persons: int
    seed: int
    number: int

    @property
    def first(self) -> int:
        """The number of its first person."""
        return self.number * (PERSONS_A_SHARD + _BETWEEN_SHARDS)

    @property
    def size(self) -> int:
        """How many persons it has, its last family aside."""
        return min(PERSONS_A_SHARD, self.persons - self.number * PERSONS_A_SHARD)

    def world(self) -> World:
        """The names and streets that all shards share, and chance of its own."""
        world = World(self.persons, random.Random(self.seed))
        if self.number:
            world.random = random.Random(f"{self.seed}/{self.number}")
        return world


def shards(persons: int, seed: int) -> list[Shard]:
    """All parts of a directory, in order."""
    return [Shard(persons, seed, number) for number in range(-(-persons // PERSONS_A_SHARD))]


def households(world: World, first: int = 0, persons: int | None = None) -> Iterator[list[Person]]:
    """Families until there are as many persons as wanted, numbered from `first`."""
    made = number = 0
    while made < (world.persons if persons is None else persons):
        family = _family(world, first + number, first + made)
        made += len(family)
        number += 1
        yield family


def _family(world: World, household: int, first: int) -> list[Person]:
    r = world.random
    home, phone, meter = world.address(), "9" + world.number(9), world.number(8)
    born = r.randrange(1940, 1990)
    woman = r.random() < 0.45
    family = [_person(world, household, first, "head", world.surname(), woman, born, home, phone, meter)]
    head = family[0]
    if r.random() < 0.45:
        name = world.surname() if r.random() < 0.12 else head.surname
        spouse = _person(
            world, household, first + 1, "spouse", name, not woman, born + r.randrange(-6, 7), home, phone, meter
        )
        if spouse.woman and name == head.surname and r.random() < 0.3:
            spouse.maiden = world.surname()
        family.append(spouse)
    for _ in range(r.choices((0, 1, 2), (0.62, 0.25, 0.13))[0]):
        family.append(_child(world, head, family, first + len(family), home, phone, meter))
        if r.random() < 0.04:
            twin = _child(world, head, family, first + len(family), home, phone, meter)
            twin.birth, twin.relation = family[-1].birth, "twin"
            family.append(twin)
    return family


def _child(world: World, head: Person, family: list[Person], number: int, home: str, phone: str, meter: str) -> Person:
    born = head.birth[0] + world.random.randrange(20, 36)
    child = _person(
        world, head.household, number, "child", head.surname, world.random.random() < 0.5, born, home, phone, meter
    )
    while child.given in {p.given for p in family}:
        child.given = world.given(child.woman)
    father = next((p for p in family if not p.woman and p.relation in ("head", "spouse")), None)
    if father is not None:
        child.middle = patronymic(father.given, child.woman)
        if not child.woman and world.random.random() < 0.05:
            child.given, child.relation = father.given, "namesake"
            if world.random.random() < 0.4:
                father.middle = child.middle
    return child


def patronymic(given: str, woman: bool) -> str:
    """The middle name of a child of this father."""
    stem = given.rstrip("йьаия") if given[-1] in "йьаия" else given
    soft = given[-1] in "йьяия"
    return stem + ("е" if soft else "о") + ("вна" if woman else "вич")


def _person(
    world: World, household: int, number: int, relation: str, surname: str, woman: bool, born: int,
    home: str, phone: str, meter: str,
) -> Person:  # fmt: skip
    r = world.random
    given = world.given(woman)
    own = "9" + world.number(9) if r.random() < 0.75 else phone
    latin = surname.lower().translate(_SPEECH)
    email = f"{latin}{number % 100000}@{r.choice(('post', 'mail', 'box', 'net'))}.example" if r.random() < 0.5 else ""
    return Person(
        number, household, relation, surname, given, patronymic(world.given(False), woman), woman,
        (born, r.randrange(1, 13), r.randrange(1, 29)), own, email, home, world.number(11), f"{r.randrange(10, 90)}-{world.number(7)}",
        meter, inn(world.number(10)) if r.random() < 0.4 else "",
    )  # fmt: skip


def records_of(person: Person, world: World) -> list[dict[str, str]]:
    """A person's records: most have one to three, in systems of their own."""
    count = world.random.choices((1, 2, 3, 4), (0.5, 0.28, 0.15, 0.07))[0]
    return [_record(person, world, system) for system in world.random.sample("ABCDEF", count)]


def _record(p: Person, world: World, system: str) -> dict[str, str]:
    r = world.random
    surname = p.maiden if p.maiden and r.random() < 0.3 else p.surname
    if p.woman:
        surname = surname[:-2] + "ая" if surname.endswith("ий") else surname + "а"
    names = [_spelt(surname, r, 0.06), _spelt(p.given, r, 0.04), _spelt(p.middle, r, 0.04) if r.random() > 0.06 else ""]
    if r.random() < 0.05:
        names[1:] = [n[:1] + "." if n else "" for n in names[1:]]
    if r.random() < 0.03:
        names[0], names[1] = names[1], names[0]
    if r.random() < 0.02:
        names = [n.lower().translate(_SPEECH).capitalize() for n in names]
    y, m, d = p.birth
    birth = f"{y}-{m:02d}-{d:02d}" if r.random() > 0.12 else r.choice(("", "", "", "1900-01-01"))
    if birth and r.random() < 0.03:
        birth = _digit(birth, r)
    moved = r.random() < 0.05
    row = {
        "system": system, "kind": "person", "birth_date": birth,
        "tax_id": _digit(p.tax_id, r) if p.tax_id and r.random() < 0.02 else p.tax_id if r.random() < 0.6 else "",
        "phones": _phone(p, world), "emails": p.email if r.random() < 0.5 else "",
        "address": _written(world.address() if moved else p.address, r) if r.random() > 0.06 else "",
        "accounts": (p.account if system in "AE" else world.number(10)) if r.random() > 0.05 else "",
        "contracts": p.contract if r.random() < 0.35 else "",
        "meters": p.meter if system in "BF" and not moved else "",
    }  # fmt: skip
    if system in "ACD":
        return row | {"full_name": " ".join(n for n in names if n)}
    return row | dict(zip(("surname", "given_name", "patronymic"), names, strict=True))


def _phone(p: Person, world: World) -> str:
    r = world.random
    chance = r.random()
    if chance < 0.12:
        return ""
    if chance < 0.14:
        return "0000000000"
    if chance < 0.22:
        return "9" + world.number(9)
    return _digit(p.phone, r) if chance < 0.25 else p.phone


def _spelt(name: str, r: random.Random, share: float) -> str:
    if r.random() >= share or len(name) < 4:
        return name
    at = r.randrange(1, len(name) - 1)
    kind = r.randrange(4)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + r.choice(_LETTERS) + name[at + (kind == 2) :]


def _digit(number: str, r: random.Random) -> str:
    at = r.choice([i for i, c in enumerate(number) if c.isdigit()])
    return number[:at] + str(r.randrange(10)) + number[at + 1 :]


def _written(address: str, r: random.Random) -> str:
    kind = r.randrange(3)
    if kind == 0:
        return address
    bare = address.split(", ", 1)[1]
    if kind == 1:
        return bare.upper().replace("Г. ", "").replace("УЛ. ", "").replace("Д. ", "")
    return bare.replace("г. ", "г.").replace("ул. ", "улица ").replace("д. ", "дом ").replace("кв. ", "квартира ")


def write(persons: int, path: Path, seed: int) -> int:
    """Write the records in no order of persons, and the truth beside; answer how many records. Memory stays flat."""
    plain, truth = path.with_suffix(".csv"), path.with_suffix(".truth.csv")
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder, parts = Path(name), shards(persons, seed)
        counts = [sum(of_all) for of_all in zip(*in_order(_scattered, parts, _prepare, folder), strict=True)]
        firsts = [0, *accumulate(counts)]
        heaps = [(heap, firsts[heap], parts) for heap in range(len(counts))]
        with plain.open("wb") as out, truth.open("wb") as beside:
            out.write(f"{','.join(COLUMNS)}\r\n".encode())
            beside.write(b"system,source_id,person,household,relation\r\n")
            for rows, true in in_order(_gathered, heaps, _prepare, folder):
                out.write(rows)
                beside.write(true)
    if path != plain:
        with duckdb.connect() as connection:
            connection.execute("set memory_limit = '2GB'")
            columns = "from read_csv(?, all_varchar = true, header = true, parallel = false)"
            connection.execute(f"copy (select * {columns}) to '{path}' (format parquet)", [str(plain)])
        plain.unlink()
    return firsts[-1]


_PERSONS_A_HEAP = 60_000
_beside: list[Path] = []


def _prepare(folder: Path) -> None:
    _beside[:] = [folder]


def _scattered(shard: Shard) -> list[int]:
    """The records of one shard, each on a heap by chance; how many are on each."""
    world = shard.world()
    counts = [0] * (shard.persons // _PERSONS_A_HEAP + 1)
    with ExitStack() as open_files:
        heaps = [
            csv.writer(open_files.enter_context(path.open("w", encoding="utf-8", newline="", buffering=1 << 16)))
            for path in (_heap(shard, heap) for heap in range(len(counts)))
        ]
        for family in households(world, shard.first, shard.size):
            for p in family:
                for row in records_of(p, world):
                    heap = world.random.randrange(len(heaps))
                    counts[heap] += 1
                    heaps[heap].writerow([p.number, p.household, p.relation, *(row.get(c, "") for c in COLUMNS)])
    return counts


def _heap(shard: Shard, heap: int) -> Path:
    return _beside[0] / f"{shard.number}-{heap}"


def _gathered(given: tuple[int, int, list[Shard]]) -> tuple[bytes, bytes]:
    """The records of one heap, shuffled, numbered as they come; and the truth of them."""
    heap, count, parts = given
    id_at = COLUMNS.index("source_id")
    rows = []
    for path in (_heap(shard, heap) for shard in parts):
        with path.open(encoding="utf-8", newline="") as kept:
            rows += csv.reader(kept)
        path.unlink()
    random.Random(f"{parts[0].seed}/heap {heap}").shuffle(rows)
    out, beside = io.StringIO(newline=""), io.StringIO(newline="")
    lines, true = csv.writer(out), csv.writer(beside)
    for number, (person, household, relation, *cells) in enumerate(rows, count):
        cells[id_at] = str(number)
        lines.writerow(cells)
        true.writerow((cells[0], number, person, household, relation))
    return out.getvalue().encode(), beside.getvalue().encode()


def main() -> None:
    """Write as many persons as were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("persons", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{write(asked.persons, asked.file, asked.seed):,} records of {asked.persons:,} persons")


if __name__ == "__main__":
    main()
