"""Made-up documents and customers, and questions of which each has one answer that should come first.

The same seed gives the same things and questions, so engines can be held against each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from archive.access import Access, Role
from search.folding import other_keyboard
from search.ports import IndexedCustomer, IndexedDocument, Query

_STARTS = [
    "Бор",
    "Вер",
    "Гал",
    "Дуб",
    "Жар",
    "Зел",
    "Кар",
    "Лаг",
    "Мош",
    "Нар",
    "Ост",
    "Пан",
    "Рал",
    "Сем",
    "Тар",
    "Уш",
    "Фот",
    "Хар",
    "Цел",
    "Чир",
    "Шум",
    "Яр",
    "Пле",
    "Стре",
    "Кру",
    "Бле",
]
_MIDDLES = ["а", "ан", "ен", "ун", "ил", "ат", "ом", "ур", "ов", "иш", "ек", "ад", "ост", "ельн", "арм", "инд"]
_ENDS = ["ков", "нов", "тов", "дин", "гин", "шин", "рев", "лев", "жев", "хин"]
_GIVEN = [
    "Пётр",
    "Семён",
    "Фёдор",
    "Игнат",
    "Захар",
    "Лука",
    "Марк",
    "Тимур",
    "Клим",
    "Аркадий",
    "Виталий",
    "Руслан",
    "Герман",
    "Эдуард",
    "Ярослав",
]
_FATHERS = [
    "Петрович",
    "Семёнович",
    "Игнатьевич",
    "Захарович",
    "Лукич",
    "Маркович",
    "Тимурович",
    "Климович",
    "Аркадьевич",
    "Витальевич",
]
_STREETS = [
    "Кленовая",
    "Озёрная",
    "Заречная",
    "Полевая",
    "Луговая",
    "Степная",
    "Речная",
    "Сосновая",
    "Берёзовая",
    "Дубовая",
    "Ольховая",
    "Рябиновая",
]
_SUBJECTS = (
    # (as a letter says it, as another says it)
    ("заявление о замене счётчика", "замена счетчиков"),
    ("жалоба на качество отопления", "жалобы качество отоплением"),
    ("договор поставки воды", "договоры поставка вода"),
    ("претензия по начисленной оплате", "претензии начисленная оплата"),
    ("справка о задолженности", "справки задолженность"),
    ("просьба о перерасчёте платежа", "просьбой перерасчет платежей"),
    ("request to replace a broken meter", "replacing broken meters"),
    ("complaint about estimated invoices", "complaints estimated invoice"),
)
_CASES = ("", "а", "у", "ым")
_BRANCHES, _MARKS = ("north", "south", "east"), ("", "", "", "confidential")
_TYPES, _STATES = ("claim", "invoice", "contract", "reading"), ("filed", "review")
_CHANNELS = ("post", "email", "scan")


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A question, and the one thing that was meant."""

    kind: str
    of: str
    query: Query
    id: int


@dataclass(frozen=True, slots=True)
class World:
    """What there is to be found, and what is asked."""

    documents: tuple[IndexedDocument, ...]
    customers: tuple[IndexedCustomer, ...]
    questions: tuple[KnownItem, ...]


def world(things: int, questions: int, seed: int = 4) -> World:
    """So many customers, a letter of each, and so many questions, equally many of each kind."""
    chance = random.Random(seed)
    customers = tuple(_customers(chance, things))
    documents = tuple(_letter(chance, number, one) for number, one in enumerate(customers, 1))
    asked = (_question(chance, at, documents, customers) for at in range(questions))
    return World(documents, customers, tuple(asked))


def _customers(chance: random.Random, count: int) -> Iterator[IndexedCustomer]:
    surnames = [f"{start}{middle}{end}" for start in _STARTS for middle in _MIDDLES for end in _ENDS]
    chance.shuffle(surnames)
    accounts = chance.sample(range(10**10, 10**11), count)
    for number in range(1, count + 1):
        name = f"{surnames[number % len(surnames)]} {chance.choice(_GIVEN)} {chance.choice(_FATHERS)}"
        street = f"ул. {chance.choice(_STREETS)}, д. {chance.randint(1, 99)}, кв. {chance.randint(1, 200)}"
        account = str(accounts[number - 1])
        yield IndexedCustomer(
            number, 1, (name,), branch=chance.choice(_BRANCHES), addresses=(street,), accounts=(account,)
        )


def _letter(chance: random.Random, number: int, customer: IndexedCustomer) -> IndexedDocument:
    surname, given, _ = customer.names[0].split()
    subject = chance.choice(_SUBJECTS)[0]
    day = date(2022, 1, 1) + timedelta(days=chance.randrange(1500))
    text = (
        f"{subject.capitalize()}\nот {surname}{_CASES[1]} ({given}), {customer.addresses[0]}\n"
        f"Прошу рассмотреть моё обращение от {day:%d.%m.%Y} и сообщить о решении в установленный срок.\n"
        f"Лицевой счёт {customer.accounts[0]}. Приложения на {chance.randint(1, 9)} листах."
    )
    return IndexedDocument(
        id=number,
        version=1,
        branch=chance.choice(_BRANCHES),
        received_on=day,
        text=text,
        title=subject,
        document_type=chance.choice(_TYPES),
        mark=chance.choice(_MARKS),
        channel=chance.choice(_CHANNELS),
        state=chance.choice(_STATES),
        customer_id=customer.id,
        registration_number=f"{chance.choice(_BRANCHES)[:2].upper()}-{day.year}-{number:06}",
    )


def _question(
    chance: random.Random, at: int, documents: tuple[IndexedDocument, ...], customers: tuple[IndexedCustomer, ...]
) -> KnownItem:
    number = chance.randrange(len(customers))
    document, customer = documents[number], customers[number]
    name, (kind, ask) = customer.names[0], _KINDS[at % len(_KINDS)]
    typed, of = ask(chance, document, customer, name.split())
    return KnownItem(kind, of, Query(typed, as_you_type=kind == "beginnings", facets=False), number + 1)


_Asking = Callable[[random.Random, IndexedDocument, IndexedCustomer, list[str]], tuple[str, str]]


def _exact_number(
    chance: random.Random, document: IndexedDocument, customer: IndexedCustomer, name: list[str]
) -> tuple[str, str]:
    return chance.choice([(document.registration_number, "documents"), (customer.accounts[0], "customers")])


def _part_of_number(
    chance: random.Random, document: IndexedDocument, customer: IndexedCustomer, name: list[str]
) -> tuple[str, str]:
    start = chance.randint(0, 3)
    return customer.accounts[0][start : start + 8], chance.choice(["documents", "customers"])


def _typo(
    chance: random.Random, document: IndexedDocument, customer: IndexedCustomer, name: list[str]
) -> tuple[str, str]:
    surname, given, father = name
    place = chance.randrange(1, len(surname) - 1)
    slips = (
        surname[:place] + surname[place + 1 :],
        surname[:place] + chance.choice("аеиорт") + surname[place + 1 :],
        surname[:place] + surname[place + 1] + surname[place] + surname[place + 2 :],
    )
    return f"{chance.choice(slips)} {given} {father}", "customers"


def _other_forms(
    chance: random.Random, document: IndexedDocument, customer: IndexedCustomer, name: list[str]
) -> tuple[str, str]:
    other = next(other for said, other in _SUBJECTS if said == document.title)
    return f"{other} {name[0]}{chance.choice(_CASES)} {name[1]}", "documents"


def _beginnings(
    chance: random.Random, document: IndexedDocument, customer: IndexedCustomer, name: list[str]
) -> tuple[str, str]:
    return f"{name[0]} {name[1]} {name[2][: chance.randint(3, 5)]}", "customers"


def _wrong_layout(
    chance: random.Random, document: IndexedDocument, customer: IndexedCustomer, name: list[str]
) -> tuple[str, str]:
    return other_keyboard(" ".join(name).lower()), "customers"


_KINDS: tuple[tuple[str, _Asking], ...] = (
    ("exact number", _exact_number),
    ("part of a number", _part_of_number),
    ("typo in a name", _typo),
    ("other forms of words", _other_forms),
    ("beginnings", _beginnings),
    ("wrong layout", _wrong_layout),
)


def narrowings(count: int, seed: int = 5) -> Iterator[tuple[Query, Access]]:
    """Questions that narrow, and askers who see a part: whose answers are exact sets, the same for every engine."""
    chance = random.Random(seed)
    for _ in range(count):
        words = chance.choice(["", "", "счётчик", "отопление", "жалоба", "invoice", "решение", "meters", "Озёрная"])
        query = Query(words, order="newest", limit=200, highlights=False)
        for field, values in (("types", _TYPES), ("branches", _BRANCHES), ("channels", _CHANNELS), ("states", _STATES)):
            if chance.random() < 0.3:
                query = replace(query, **{field: frozenset(chance.sample(values, chance.randint(1, 2)))})
        if chance.random() < 0.3:
            query = replace(query, years=frozenset({chance.randint(2022, 2025)}))
        if chance.random() < 0.2:
            query = replace(query, since=date(2023, 5, 17), until=date(2025, 1, 31))
        branches = chance.choice([None, frozenset({"north"}), frozenset({"north", "east"}), frozenset()])
        marks = chance.choice([frozenset(), frozenset({"confidential"})])
        yield query, Access("asker", frozenset({Role.CLERK}), branches, marks)
