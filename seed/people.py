"""The customers of an invented utility: families, namesakes and firms, Russian and English. Every name is made up.

The same seed gives the same people, whatever the Python version: only `Random.randrange` and `choice` over tuples
are used.
"""

# ruff: noqa: SIM905 — tables of words read better unquoted.
from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

COLUMNS = (
    "system source_id kind surname given_name patronymic full_name birth_date tax_id phones emails address "
    "former_address accounts contracts points_of_delivery meters branch"
).split()

_RU_SURNAMES = (
    "Березин Лапшин Сорокин Гурьев Тихонов Заречный Калинин Мельник Остров Пахомов Ракитин Снегирёв Третьяк Уваров "
    "Фомин Хлебников Цветков Чудинов Шелест Щукин Юдин Ясенев Бобров Верещагин Горшков Дубинин Ежов Журавлёв Зотов "
    "Ильин Кравец Лыков Маслов Носов Орехов Полозов Рябинин Стрельцов Туманов Устинов"
).split()
_RU_MEN = "Андрей Борис Вадим Глеб Денис Егор Захар Игорь Кирилл Леонид Максим Никита Олег Павел Роман Семён".split()
_RU_WOMEN = "Алла Вера Галина Дарья Елена Зоя Инна Клавдия Лариса Марина Нина Ольга Полина Раиса Софья Тамара".split()
_RU_PATRONYMICS = (
    ("Андрей", "Андреевич", "Андреевна"),
    ("Борис", "Борисович", "Борисовна"),
    ("Вадим", "Вадимович", "Вадимовна"),
    ("Глеб", "Глебович", "Глебовна"),
    ("Денис", "Денисович", "Денисовна"),
    ("Егор", "Егорович", "Егоровна"),
    ("Захар", "Захарович", "Захаровна"),
    ("Игорь", "Игоревич", "Игоревна"),
    ("Кирилл", "Кириллович", "Кирилловна"),
    ("Леонид", "Леонидович", "Леонидовна"),
    ("Максим", "Максимович", "Максимовна"),
    ("Никита", "Никитич", "Никитична"),
    ("Олег", "Олегович", "Олеговна"),
    ("Павел", "Павлович", "Павловна"),
    ("Роман", "Романович", "Романовна"),
    ("Семён", "Семёнович", "Семёновна"),
)
_RU_TOWNS = (
    ("194017", "г. Светлоречье", "01"),
    ("194044", "г. Верхний Мыс", "02"),
    ("194081", "пос. Липовый Яр", "02"),
)
_RU_STREETS = (
    "ул. Плотинная",
    "ул. Береговая",
    "пр-т Мастеров",
    "ул. Вишнёвая",
    "пер. Рыбацкий",
    "ул. Кленовая",
    "ул. Лётная",
    "б-р Каштановый",
)
_EN_SURNAMES = (
    "Ashdown Birchall Cawley Dunmore Elphick Farrow Garside Hollis Inskip Jarrold Kettle Lomax Marlow Netherton Orchard "
    "Pascoe Quayle Rudd Sallow Thackeray Underhill Venning Wainwright Yardley Applegarth Brindle Coxhead Dewhurst "
    "Eastwell Fenwick"
).split()
_EN_MEN = "Alfred Bernard Cecil Douglas Edwin Frank Gerald Harold Ivor Jack Kenneth Leonard Martin Neil Oscar".split()
_EN_WOMEN = "Agnes Brenda Celia Doris Edith Freda Gwen Hilda Ivy Joan Kate Lillian Mabel Nora Olive Phyllis".split()
_EN_TOWNS = (("Millbrook", "BW1", "11"), ("Eastwater", "BW4", "12"), ("Harrow Green", "BW7", "12"))
_EN_STREETS = ("Weir Lane", "Orchard Street", "Canal Road", "Foundry Row", "Beacon Hill", "Tanner Street", "Lock Close")
_RU_FIRMS = (
    "ООО «Ручей»",
    "ООО «Кедровый двор»",
    "АО «Вымпел-Тара»",
    "ООО «Пекарня у моста»",
    "ТСЖ «Плотинная 12»",
    "МБДОУ «Детский сад № 4 Ивушка»",
    "ООО «Мельница-Сервис»",
    "ИП Гурьева Лариса Олеговна",
    "СНТ «Озёрное»",
    "ООО «Станкоремонт»",
    "ГБУЗ «Светлореченская больница»",
    "ООО «Аптека Липа»",
)
_EN_FIRMS = (
    "Weirside Bakery Ltd",
    "Foundry Row Joinery Ltd",
    "Beacon Hill Primary School",
    "Lock Close Residents Association",
    "Tanner & Rudd Solicitors LLP",
    "Eastwater Cold Store plc",
    "Canalside Dental Practice",
    "Orchard Street Methodist Church",
    "Harrow Green Parish Council",
    "Millbrook Motor Works Ltd",
    "Kingfisher Caravan Park Ltd",
    "Underhill Farm Partners",
)
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch _ y _ e iu ia".split(),
        strict=True,
    )
)


@dataclass
class Customer:
    """One row of the directory; identifiers are lists because a customer may hold several."""

    source_id: str
    language: str
    kind: str
    full_name: str
    address: str
    branch: str
    surname: str = ""
    given_name: str = ""
    patronymic: str = ""
    birth_date: str = ""
    tax_id: str = ""
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    former_address: str = ""
    accounts: list[str] = field(default_factory=list)
    contracts: list[str] = field(default_factory=list)
    points_of_delivery: list[str] = field(default_factory=list)
    meters: list[str] = field(default_factory=list)

    @property
    def written_name(self) -> str:
        """The name as its owner writes it on a letter: surname first in Russian, last in English."""
        if self.kind == "organisation" or self.language == "ru":
            return self.full_name
        return " ".join(part for part in (self.given_name, self.patronymic, self.surname) if part)

    @property
    def signature(self) -> str:
        """Initials and surname; a firm signs by its name."""
        if self.kind == "organisation":
            return self.full_name
        initials = self.given_name[0] + "." + (self.patronymic[0] + "." if self.patronymic else "")
        return f"{self.surname} {initials}" if self.language == "ru" else f"{initials} {self.surname}"

    def row(self) -> dict[str, str]:
        """The customer as a line of customers.csv."""
        values = {name: getattr(self, name) for name in COLUMNS if name != "system"}
        joined = {name: ";".join(value) if isinstance(value, list) else value for name, value in values.items()}
        return {"system": "seed", **joined}


def person_inn(digits: str) -> str:
    """Ten digits with the two check digits of a Russian person's INN. Source: order ED-7-14/559 of the tax service."""
    first = _weighed(digits, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
    return digits + first + _weighed(digits + first, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def firm_inn(digits: str) -> str:
    """Nine digits with the check digit of a Russian organisation's INN. Source: as for `person_inn`."""
    return digits + _weighed(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8))


def vat_number(digits: str) -> str:
    """Seven digits as a British VAT number: weights 8…2, what is lacking to a multiple of 97. Source: HMRC VAT notes."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True))
    return f"GB{digits}{97 - total % 97:02d}"


def _weighed(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10)


class Directory:
    """Makes customers, household by household, and numbers them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.customers: list[Customer] = []
        self._used: set[str] = set()

    def fill(self, households: int = 56) -> list[Customer]:
        """Some 300 customers: `households` Russian and as many English families, and every firm."""
        for number in range(households):
            self._russian_family(number)
            self._english_family(number)
        for name in _RU_FIRMS:
            self._firm(name, "ru")
        for name in _EN_FIRMS:
            self._firm(name, "en")
        return self.customers

    def _digits(self, length: int) -> str:
        while True:
            digits = str(self.random.randrange(10 ** (length - 1), 10**length))
            if digits not in self._used:
                self._used.add(digits)
                return digits

    def _russian_address(self) -> tuple[str, str]:
        index, town, branch = self.random.choice(_RU_TOWNS)
        street, house, flat = (
            self.random.choice(_RU_STREETS),
            self.random.randrange(1, 60),
            self.random.randrange(1, 90),
        )
        return f"{index}, {town}, {street}, д. {house}, кв. {flat}", branch

    def _english_address(self) -> tuple[str, str]:
        town, code, branch = self.random.choice(_EN_TOWNS)
        letters = "".join(self.random.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
        street, house = self.random.choice(_EN_STREETS), self.random.randrange(1, 140)
        flat = f"Flat {self.random.randrange(1, 20)}, " if self.random.randrange(4) == 0 else ""
        return f"{flat}{house} {street}, {town}, {code} {self.random.randrange(1, 10)}{letters}", branch

    def _russian_family(self, number: int) -> None:
        surname = _RU_SURNAMES[number % len(_RU_SURNAMES)]
        address, branch = self._russian_address()
        father, mother = self.random.choice(_RU_MEN), self.random.choice(_RU_WOMEN)
        grandfather = father if number % 10 == 0 else self.random.choice(_RU_MEN)
        phone, meter = "9" + self._digits(9), self._digits(8)
        people = [
            (father, grandfather, "m", 1948 + number % 30),
            (mother, self.random.choice(_RU_MEN), "f", 1951 + number % 30),
        ]
        # Every tenth family has a son who bears his father's name and patronymic in full.
        if number % 2 == 0:
            people.append(
                (father if number % 10 == 0 else self.random.choice(_RU_MEN), father, "m", 1975 + number % 30)
            )
        for given, parent, sex, year in people:
            patronymic = next(man if sex == "m" else woman for name, man, woman in _RU_PATRONYMICS if name == parent)
            name = surname if sex == "m" else _feminine(surname)
            self._person("ru", name, given, patronymic, year, address, branch, phone, meter)

    def _english_family(self, number: int) -> None:
        surname = _EN_SURNAMES[number % len(_EN_SURNAMES)]
        address, branch = self._english_address()
        father, mother = self.random.choice(_EN_MEN), self.random.choice(_EN_WOMEN)
        phone, meter = "7" + self._digits(9), f"B{self.random.randrange(10, 26)}K{self._digits(6)}"
        people = [(father, self.random.choice(_EN_MEN), 1946 + number % 30), (mother, "", 1950 + number % 30)]
        if number % 2 == 0:
            people.append(
                (father, people[0][1], 1974 + number % 30)
                if number % 10 == 0
                else (self.random.choice(_EN_WOMEN), "", 1976 + number % 30)
            )
        for given, middle, year in people:
            self._person("en", surname, given, middle, year, address, branch, phone, meter)

    def _person(
        self,
        language: str,
        surname: str,
        given: str,
        middle: str,
        year: int,
        address: str,
        branch: str,
        phone: str,
        meter: str,
    ) -> None:
        born = f"{year}-{self.random.randrange(1, 13):02d}-{self.random.randrange(1, 29):02d}"
        full_name = " ".join(part for part in (surname, given, middle) if part)
        one = Customer(self._next_id(), language, "person", full_name, address, branch, surname, given, middle, born)
        has_tax_id = language == "ru" and self.random.randrange(3) == 0
        one.tax_id = person_inn(self._digits(10)) if has_tax_id else ""
        one.phones = [phone] if self.random.randrange(4) else [("9" if language == "ru" else "7") + self._digits(9)]
        mail = f"{latin(given)}.{latin(surname)}{len(self.customers)}@post.example"
        one.emails = [mail] if self.random.randrange(3) else []
        one.meters = [meter] if self.random.randrange(2) else []
        if self.random.randrange(8) == 0:
            one.former_address = (self._russian_address() if language == "ru" else self._english_address())[0]
        self._numbers(one, two_accounts=self.random.randrange(5) == 0)
        self.customers.append(one)

    def _firm(self, name: str, language: str) -> None:
        address, branch = self._russian_address() if language == "ru" else self._english_address()
        address = address.split(", кв.")[0]
        one = Customer(self._next_id(), language, "organisation", name, address, branch)
        one.tax_id = firm_inn(self._digits(9)) if language == "ru" else vat_number(self._digits(7))
        one.phones = [("9" if language == "ru" else "7") + self._digits(9)]
        one.emails = [f"office{len(self.customers)}@firm.example"]
        one.meters = [self._digits(8) if language == "ru" else f"B{self.random.randrange(10, 26)}K{self._digits(6)}"]
        self._numbers(one, two_accounts=False)
        self.customers.append(one)

    def _numbers(self, one: Customer, *, two_accounts: bool) -> None:
        length = self.random.choice((10, 11)) if one.language == "ru" else 8
        prefix = "" if one.language == "ru" else "BW"
        one.accounts = [prefix + self._digits(length) for _ in range(2 if two_accounts else 1)]
        year = self.random.randrange(2004, 2026)
        contract = (
            f"{one.branch}-СР-{self._digits(7)}/{year % 100:02d}"
            if one.language == "ru"
            else f"BWC/{year}/{self._digits(7)}"
        )
        one.contracts = [contract] if one.kind == "organisation" or self.random.randrange(3) else []
        one.points_of_delivery = [self._digits(13)] if self.random.randrange(2) else []

    def _next_id(self) -> str:
        return f"S{len(self.customers) + 1:05d}"


def _feminine(surname: str) -> str:
    if surname.endswith("ый"):
        return surname[:-2] + "ая"
    return surname + "а" if surname.endswith(("ов", "ев", "ёв", "ин", "ын")) and surname != "Остров" else surname


def latin(word: str) -> str:
    """A word in Latin letters, for an e-mail address."""
    return "".join(_LATIN.get(letter, letter) for letter in word.lower()).replace("_", "")
