"""Made-up utilities as six legacy systems tell of them, in either language: like the corpus' worlds, with other people.

    python -m benchmarks.made_exports CUSTOMERS FILE.csv [--seed N] [--language ru|en]

Writes FILE (the import's columns) and FILE.truth.csv (system, source_id, entity, household, relation). What matters to
matching is as hard as there: one household in six has a father and a son of one name, families share telephones and e-mail
addresses, a third of all records have no birth date, and no two systems write an address or number accounts alike. Each
seed draws its own shares of everything, so that a figure over several seeds says how much of it was luck.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from archive.directory_file import COLUMNS
from benchmarks.made_customers import inn, patronymic
from benchmarks.made_export_names import (
    ENGLISH,
    FIRMS_EN,
    FIRMS_RU,
    RUSSIAN,
    SPEECH,
    TRADES_EN,
    Names,
    in_english,
    in_russian,
    surname_en,
    surname_ru,
)

Row = dict[str, str]
_SYSTEMS = "ABCDEF"
_RECORDS = ((1, 2, 3, 4, 5), (0.54, 0.26, 0.12, 0.05, 0.03))
_SAID = {
    "birth_date": (0.76, 0.65, 0.56, 0.87, 0.73, 0.75),
    "tax_id": (0.30, 0.18, 0.19, 0.28, 0.38, 0.0),
    "phones": (0.86, 0.78, 0.70, 0.74, 0.80, 0.82),
    "emails": (0.53, 0.0, 0.48, 0.0, 0.50, 0.62),
    "contracts": (0.65, 0.0, 0.40, 0.41, 0.56, 0.17),
    "accounts": (0.97,) * 6,
    "address": (0.96,) * 6,
    "meters": (0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
}
"""How often each system says something."""
_SPOILT = {
    "typo": 0.08, "ocr": 0.025, "former": 0.4, "other phone": 0.06, "initials": 0.046, "no middle": 0.035,
    "twin letters": 0.03, "swapped": 0.035, "moved": 0.033, "typo in number": 0.02, "translit": 0.016, "nobody's": 0.06,
    "form": 0.25, "namesake": 0.15, "shared phone": 0.42, "shared e-mail": 0.25,
}  # fmt: skip
_TWIN_LETTERS = str.maketrans("аеосурхАВЕКМНОРСТХ", "aeocypxABEKMHOPCTX")
_READ_SO = {"о": "0", "б": "6", "з": "3", "o": "0", "l": "1", "s": "5", "e": "c", "a": "q"}


@dataclass(slots=True)
class Entity:
    """One customer as it is."""

    number: int
    household: int
    relation: str
    surname: str = ""
    given: str = ""
    middle: str = ""
    woman: bool = False
    birth: tuple[int, int, int] = (0, 0, 0)
    firm: str = ""
    form: str = ""
    former: str = ""
    phone: str = ""
    old_phone: str = ""
    email: str = ""
    home: tuple[str, ...] = ()
    old_home: tuple[str, ...] = ()
    tax_id: str = ""
    contract: str = ""
    meter: str = ""
    accounts: dict[str, str] = field(default_factory=dict)


class Utility:
    """One made-up utility. One seed, one utility."""

    def __init__(self, customers: int, seed: int, language: str) -> None:
        self.r = r = random.Random(f"{seed}:{language}")
        self.russian = language == "ru"
        self.names: Names = RUSSIAN if self.russian else ENGLISH
        self.share = {name: value * r.uniform(0.6, 1.4) for name, value in _SPOILT.items()}
        self.said = {name: [min(v * r.uniform(0.85, 1.12), 1.0) for v in values] for name, values in _SAID.items()}
        make = surname_ru if self.russian else surname_en
        self._rare = sorted({make(r) for _ in range(max(400, customers // 2))})
        r.shuffle(self._rare)
        self._towns = r.sample(self.names.towns, min(24, len(self.names.towns)))
        self.customers = customers

    def chance(self, name: str) -> bool:
        """Whether it happens this time."""
        return self.r.random() < self.share[name]

    def records(self) -> Iterator[Row]:
        """Every record, with `_entity`, `_household` and `_relation` beside the import's columns."""
        made = household = 0
        while made < self.customers:
            for one in self._household(household, made):
                made += 1
                yield from self._records_of(one)
            household += 1

    def _household(self, number: int, first: int) -> list[Entity]:
        if self.r.random() < (0.08 if self.russian else 0.12):
            return self._firms(number, first)
        r = self.r
        head = self._person(number, first, "head", self._surname(), r.random() < 0.35, r.randrange(1940, 1988), None)
        family = [head]

        def add(relation: str, woman: bool, born: int) -> Entity:
            one = self._person(number, first + len(family), relation, head.surname, woman, born, head)
            while one.given in {other.given for other in family}:
                one.given = self.names.given(r, woman)
            family.append(one)
            return one

        if not head.woman and self.chance("namesake"):
            son = add("namesake", False, head.birth[0] + r.randrange(20, 32))
            son.given = head.given
            if self.russian:
                head.middle = son.middle = patronymic(head.given, False)
            elif r.random() < 0.7:
                son.middle = head.middle
        if r.random() < 0.45:
            spouse = add("spouse", not head.woman, head.birth[0] + r.randrange(-6, 7))
            if spouse.woman and r.random() < 0.5:
                spouse.former = self._surname()
        if len(family) == 2 and r.random() < 0.5:
            self._children(add, head)
        return family

    def _children(self, add, head: Entity) -> None:  # type: ignore[no-untyped-def]
        r, born, first = self.r, head.birth[0] + self.r.randrange(20, 34), head
        for at in range(2 if r.random() < 0.45 else 1):
            child = add("twin" if at else "child", r.random() < 0.5, born)
            if self.russian and not head.woman:
                child.middle = patronymic(head.given, child.woman)
            if at:
                child.birth = first.birth
            first = child

    def _surname(self) -> str:
        r = self.r
        common = self.names.surnames
        return common[min(int(r.expovariate(0.03)), len(common) - 1)] if r.random() < 0.45 else r.choice(self._rare)

    def _person(
        self, household: int, number: int, relation: str, surname: str, woman: bool, born: int, head: Entity | None
    ) -> Entity:
        r = self.r
        one = Entity(number, household, relation, surname, self.names.given(r, woman), woman=woman)
        one.birth = (born, r.randrange(1, 13), r.randrange(1, 29))
        if self.russian:
            one.middle = patronymic(self.names.given(r, False), woman)
        elif r.random() < 0.4:
            one.middle = self.names.given(r, woman)
        self._reached(one, head, _latin(one.given), _latin(surname))
        one.tax_id = inn(self._digits(10)) if self.russian else f"QQ{self._digits(6)}{r.choice('ABCD')}"
        return one

    def _firms(self, household: int, first: int) -> list[Entity]:
        r = self.r
        name = f"{r.choice(FIRMS_RU[0])}{r.choice(FIRMS_RU[1])}".capitalize()
        if not self.russian:
            name = f"{r.choice((r.choice(FIRMS_EN), surname_en(r)))} {r.choice(TRADES_EN)}"
        elif r.random() < 0.5:
            name = f"{name} {surname_ru(r)[:-2]}"
        form = r.choice(
            ("ООО", "ООО", "АО", "ТСЖ", "МУП", "ГБУ", "СНТ") if self.russian else ("Ltd", "Ltd", "PLC", "LLP")
        )
        firms = [Entity(first, household, "org", firm=name, form=form)]
        if r.random() < 0.17:
            more = ("-2", "Плюс", "-Юг", "Сервис") if self.russian else ("Holdings", "(North)", "2", "Services")
            firms.append(Entity(first + 1, household, "sister_org", firm=f"{name} {r.choice(more)}", form=form))
        for one in firms:
            self._reached(one, None if one is firms[0] else firms[0], r.choice(("info", "office", "buh")), _latin(name))
            one.tax_id = self._digits(10) if self.russian else f"GB{self._digits(9)}"
            if self.russian:
                one.tax_id = _firm_inn(one.tax_id[:9])
        return firms

    def _reached(self, one: Entity, head: Entity | None, first: str, last: str) -> None:
        r = self.r
        one.phone = ("9" if self.russian else "7") + self._digits(9)
        one.email = f"{r.choice((f'{first}.{last}', f'{last}_{first}', f'{first[:1]}{last}', last))}{one.number}@{r.choice(('post', 'inbox', 'mail'))}.example"
        if r.random() < 0.24:
            one.email = ""
        one.home, one.meter = self._home(), self._digits(8)
        if head is not None:
            one.home, one.meter = head.home, head.meter
            one.phone = head.phone if self.chance("shared phone") else one.phone
            one.email = head.email if head.email and not one.firm and self.chance("shared e-mail") else one.email
        one.old_phone = ("9" if self.russian else "7") + self._digits(9)
        one.old_home = self._home()
        year = r.randrange(2003, 2026)
        mark = f"{r.randrange(10, 90)}-Э-{self._digits(7)}/{year % 100:02d}"
        one.contract = mark if self.russian else f"SC/{year}/{self._digits(7)}"

    def _home(self) -> tuple[str, ...]:
        """(postcode, region, town, kind of street, street, house, block, flat)."""
        r = self.r
        region, town = self._towns[min(int(r.expovariate(0.15)), len(self._towns) - 1)]
        street = self.names.streets[min(int(r.expovariate(0.02)), len(self.names.streets) - 1)]
        way = r.choice(self.names.ways)
        code = (
            f"{r.randrange(150, 690)}{self._digits(3)}"
            if self.russian
            else f"{town[:2].upper()}{r.randrange(1, 30)} {r.randrange(1, 10)}{r.choice('BDEFHJ')}{r.choice('LNPQRS')}"
        )
        house = str(r.randrange(1, 130)) + (r.choice("АБВ" if self.russian else "AB") if r.random() < 0.1 else "")
        block = str(r.randrange(1, 6)) if self.russian and r.random() < 0.2 else ""
        flat = str(r.randrange(1, 190)) if r.random() < (0.7 if self.russian else 0.35) else ""
        return code, region, town, way, street, house, block, flat

    def _digits(self, count: int) -> str:
        return str(self.r.randrange(10 ** (count - 1), 10**count))

    def _records_of(self, one: Entity) -> Iterator[Row]:
        systems = self.r.choices(_SYSTEMS, k=self.r.choices(*_RECORDS)[0])
        for system in systems:
            yield self._record(one, system)

    def _record(self, one: Entity, system: str) -> Row:
        r, at = self.r, _SYSTEMS.index(system)
        row = {"system": system, "source_id": f"{system}{self._digits(9)}"}
        row |= {"_entity": str(one.number), "_household": str(one.household), "_relation": one.relation}
        row |= self._firm_name(one, system) if one.firm else self._name(one, system)
        moved = self.chance("moved")
        values = {
            "birth_date": self._birth(one, system), "tax_id": self._spoilt_number(one.tax_id),
            "phones": self._phone(one, system), "emails": one.email,
            "contracts": one.contract, "accounts": self._spoilt_number(self._account(one, system)),
            "address": self._written(one.old_home if moved else one.home, system), "meters": one.meter,
        }  # fmt: skip
        row |= {name: value if r.random() < self.said[name][at] else "" for name, value in values.items()}
        if row["emails"] and self.chance("nobody's"):
            row["emails"] = r.choice(("test@test.ru", "net@net.ru", "none@none.com"))
        return row

    def _account(self, one: Entity, system: str) -> str:
        kept = "A" if system == "E" else system
        if kept not in one.accounts:
            head, digits = {
                "A": ("", 11),
                "B": ("", 9),
                "C": ("Т-" if self.russian else "H", 8),
                "D": ("3", 9),
                "F": ("FA", 8),
            }[kept]
            one.accounts[kept] = head + self._digits(digits)
        return one.accounts[kept]

    def _birth(self, one: Entity, system: str) -> str:
        if one.firm:
            return "00000000" if system == "D" else ""
        year, month, day = one.birth
        if self.chance("typo in number"):
            kind = self.r.randrange(3)
            year, month, day = (
                (year, day, month)
                if kind == 0 and day < 13
                else (year, month, min(day + 1, 28))
                if kind == 1
                else (year - year % 10 + self.r.randrange(10), month, day)
            )
        if self.chance("nobody's") and self.r.random() < 0.5:
            return "1900-01-01"
        return {
            "A": f"{day:02d}.{month:02d}.{year}",
            "B": f"{year}{month:02d}{day:02d}",
            "D": f"{day:02d}{month:02d}{year}",
        }.get(system, f"{year}-{month:02d}-{day:02d}")

    def _phone(self, one: Entity, system: str) -> str:
        if self.chance("nobody's") and self.r.random() < 0.5:
            return "0000000000"
        number = one.old_phone if self.chance("other phone") else self._spoilt_number(one.phone)
        if system == "F":
            return f"+{'7' if self.russian else '44'}-{number[:3]}-{number[3:]}"
        return (self.r.choice(("+7", "8")) if self.russian else "+44 ") + number if system == "A" else number

    def _spoilt_number(self, number: str) -> str:
        if not number or not self.chance("typo in number"):
            return number
        at = self.r.randrange(len(number) // 2, len(number))
        return number[:at] + str(self.r.randrange(10)) + number[at + 1 :]

    def _name(self, one: Entity, system: str) -> Row:
        surname = one.former if one.former and self.chance("former") else one.surname
        parts = [surname, one.given, one.middle]
        if self.russian and one.woman:
            parts[0] = surname[:-2] + "ая" if surname.endswith("ий") else surname + "а"
        parts = [self._spelt(part) if self.chance("typo") and self.r.random() < 0.6 else part for part in parts]
        if self.chance("no middle") or (not self.russian and self.r.random() < 0.15):
            parts[2] = ""
        if self.chance("initials"):
            parts[1:] = [f"{part[0]}." if part else "" for part in parts[1:]]
        if self.chance("ocr"):
            parts[0] = self._read(parts[0])
        if self.russian and self.chance("twin letters"):
            parts[0] = parts[0].translate(_TWIN_LETTERS)
        if self.russian and self.chance("translit"):
            parts = [_latin(part).capitalize() for part in parts]
        swapped = self.chance("swapped")
        if system in "BEF" and self.r.random() < 0.95:
            parts = [parts[1], parts[0], parts[2]] if swapped else parts
            return {"kind": "person", **dict(zip(("surname", "given_name", "patronymic"), parts, strict=True))}
        if not self.russian and parts[2] and system in "AC":
            parts[2] = f"{parts[2][0]}."
        surname_first = self.russian or system == "D"
        order = (parts[0], parts[1], parts[2]) if surname_first != swapped else (parts[1], parts[2], parts[0])
        full = " ".join(part for part in order if part)
        return {"kind": "person" if system in "DE" else "", "full_name": full.upper() if system == "D" else full}

    def _firm_name(self, one: Entity, system: str) -> Row:
        r, name, form = self.r, one.firm, one.form
        if self.chance("typo") and r.random() < 0.6:
            name = self._spelt(name)
        if self.chance("form"):
            longer = {"ООО": "Общество с ограниченной ответственностью", "Ltd": "Limited", "АО": "Акционерное общество"}
            form = r.choice(("", longer.get(form, form)))
            if not self.russian and r.random() < 0.3:
                name, form = f"The {name}", one.form
        written = f"{form} {r.choice(('«{}»', '{}', '«{}»'))}".format(name) if self.russian else f"{name} {form}"
        kind = "organisation" if system in "DEF" else ""
        return {"kind": kind, "full_name": written.strip().upper() if system == "D" else written.strip()}

    def _spelt(self, word: str) -> str:
        if len(word) < 4:
            return word
        at, r = self.r.randrange(1, len(word) - 1), self.r
        letter = r.choice("аеиолнртскм" if self.russian else "aeionrtsl")
        return r.choice(
            (word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :],
             word[:at] + letter + word[at + 1 :], word[: at + 1] + word[at:])
        )  # fmt: skip

    def _read(self, word: str) -> str:
        places = [i for i, c in enumerate(word) if i and c in _READ_SO]
        if not places:
            return word
        at = self.r.choice(places)
        return word[:at] + _READ_SO[word[at]] + word[at + 1 :]

    def _written(self, home: tuple[str, ...], system: str) -> str:
        return in_russian(home, system, self.r) if self.russian else in_english(home, system, self.r)


def _firm_inn(nine: str) -> str:
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return nine + str(sum(int(d) * w for d, w in zip(nine, weights, strict=True)) % 11 % 10)


def _latin(text: str) -> str:
    return "".join(c for c in text.lower().translate(SPEECH) if c.isalnum())


def rows_of(customers: int, seed: int, language: str) -> list[Row]:
    """Answer the records of one utility in no order of customers, with whose they are."""
    utility = Utility(customers, seed, language)
    rows = list(utility.records())
    utility.r.shuffle(rows)
    return rows


def main() -> None:
    """Write as many customers as were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("customers", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--language", choices=("ru", "en"), default="ru")
    asked = parser.parse_args()
    rows = rows_of(asked.customers, asked.seed, asked.language)
    truth = ("system", "source_id", "_entity", "_household", "_relation")
    for path, names in ((asked.file, COLUMNS), (asked.file.with_suffix(".truth.csv"), truth)):
        with path.open("w", encoding="utf-8", newline="") as out:
            lines = csv.DictWriter(out, names, restval="", extrasaction="ignore")
            lines.writerow({name: name.lstrip("_") for name in names})
            lines.writerows(rows)
    print(f"{len(rows):,} records of {asked.customers:,} customers")


if __name__ == "__main__":
    main()
