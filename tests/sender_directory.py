"""A made-up directory of a few customers, small enough to know by heart, for the tests of whose letter it is."""

from __future__ import annotations

from collections.abc import Iterator

COLUMNS = [
    "system",
    "source_id",
    "kind",
    "surname",
    "given_name",
    "patronymic",
    "full_name",
    "birth_date",
    "tax_id",
    "phones",
    "emails",
    "address",
    "former_address",
    "accounts",
    "contracts",
    "points_of_delivery",
    "meters",
    "branch",
]

# Two spouses, a father and a son of one name, a lone customer, a company and its daughter, and three Britons.
_ROWS = (
    ("1", "person", "Журавлёва", "Полина", "Игоревна", "phones=9051112233", "address=170001, Тверская область, г. Тверь, ул. Садовая, д. 12, корп. 2, кв. 8",
     "accounts=70511223344", "meters=55667788"),
    ("2", "person", "Журавлёв", "Артём", "Павлович", "phones=9051112233", "address=170001, Тверская область, г. Тверь, ул. Садовая, д. 12, корп. 2, кв. 8",
     "accounts=70599887766", "meters=55667788"),
    ("3", "person", "Тарасенко", "Олег", "Олегович", "address=170040, Тверская область, г. Тверь, пр-т Победы, д. 5, кв. 44", "birth_date=1961-02-03",
     "accounts=70533445566"),
    ("4", "person", "Тарасенко", "Олег", "Олегович", "address=170040, Тверская область, г. Тверь, пр-т Победы, д. 5, кв. 44", "birth_date=1989-07-08",
     "accounts=70544556677"),
    ("5", "person", "Щербинина", "Ульяна", "Марковна", "emails=u.shcherbinina@post.example", "address=171080, Тверская область, г. Бологое, пер. Тихий, д. 3",
     "accounts=70555667788;К-40506070", "contracts=69-Б-1122334/19"),
    ("6", "organisation", "", "", "", "full_name=Волжский картон", "tax_id=6950123459", "address=170100, Тверская область, г. Тверь, ул. Заводская, д. 1",
     "accounts=70566778899"),
    ("7", "organisation", "", "", "", "full_name=Волжский картон Логистика", "address=170100, Тверская область, г. Тверь, ул. Заводская, д. 1",
     "accounts=70577889900"),
    ("8", "person", "Pemberton", "Lucy", "", "phones=07700900111", "address=Flat 4, 17 Quarry Lane, Ludlow, Shropshire, SY8 9ZZ", "accounts=20304050607"),
    ("9", "person", "Ashdown", "Marcus", "Neil", "address=8 Quarry Lane, Ludlow, Shropshire, SY8 9ZY", "former_address=3 Mill Street, Ludlow, Shropshire, SY8 9ZX",
     "accounts=20311122233"),
    ("10", "person", "Ashdown", "Megan", "", "address=8 Quarry Lane, Ludlow, Shropshire, SY8 9ZY", "accounts=20344455566"),
    ("11", "person", "Смирнов", "Иван", "Петрович", "address=170002, Тверская область, г. Тверь, ул. Речная, д. 9, кв. 3", "accounts=70512121212"),
)  # fmt: skip


def rows() -> Iterator[dict[str, str]]:
    """The customers as rows of a customer file; their ids are 1, 2, 3 … in this order."""
    for source_id, kind, surname, given, patronymic, *rest in _ROWS:
        row = dict.fromkeys(COLUMNS, "")
        row |= {"system": "directory", "source_id": source_id, "kind": kind, "surname": surname}
        row |= {"given_name": given, "patronymic": patronymic, "branch": "69"}
        row |= dict(value.split("=", 1) for value in rest)
        row["full_name"] = row["full_name"] or " ".join(filter(None, (surname, given, patronymic)))
        yield row
