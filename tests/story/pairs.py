"""Pairs on the review list of a stocked archive: people who may be one, with what a model says of their fields."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from archive import doubles
from archive.access import system
from archive.doubles import Agreement, NewDouble, Part
from archive.importing import import_customers
from archive.schema import source_record
from dedup.guard_models import likening_of
from dedup.rows import keys_of_row
from tests.story.stocked import Stock

_HEADER = "system,source_id,kind,surname,given_name,patronymic,full_name,birth_date,tax_id,phones,emails,address,accounts,meters,branch"
_MORE = (
    'crm,C-1,person,Заречная,Полина,,,1984-05-17,,+7 927 555-01-10,polina@mail.example,"Верхний, Садовая 4-12",,,63',
    'crm,C-2,person,Whitlock,Peggy,,,1971-03-23,,+44 20 7946 0011,,"14 Tanner Rw, Northbridge",5510077001,,63',
    'crm,C-3,organisation,,,,Northbridge Bakeries Limited,,6398112233,,,"2 Mill Lane, Northbridge",,,63',
)
_SAID = {
    ("B-1", "C-1"): (
        Agreement("name", "rare", 14.2, 9.0),
        Agreement("given", "known", 7.1, 6.8),
        Agreement("birth", "equal", 13.4, 12.0),
        Agreement("phone", "equal", 19.9, 1.6),
        Agreement("dwelling", "equal", 18.1, 0.1),
    ),
    ("B-3", "C-2"): (
        Agreement("name", "unique", 16.0, 4.0),
        Agreement("given", "differs", -5.1, -0.2),
        Agreement("birth", "part", -2.2, 1.0),
        Agreement("account", "equal", 22.0, 9.0),
        Agreement("place", "town", 0.2, 0.0),
        Agreement("namesake", "possible", -0.1, 0.0),
    ),
    ("B-4", "C-3"): (Agreement("name", "near", 4.0, 1.0), Agreement("tax_id", "equal", 21.0, 9.0)),
    ("B-1", "B-2"): (
        Agreement("name", "other form", -1.5, 0.1),
        Agreement("birth", "differs", -9.4, 0.0),
        Agreement("dwelling", "equal", 18.1, 0.1),
    ),
}
_FOUND = (
    ("B-1", "C-1", "probable", 0.93, {}),
    ("B-3", "C-2", "vetoed", 0.71, {"namesake": 0.2}),
    ("B-4", "C-3", "contested", 0.55, {}),
    ("B-1", "B-2", "weak_bridge", 0.21, {"kin": 0.7}),
)


def with_pairs(made: Stock, home: Path) -> list[int]:
    """Load more customers, and put four pairs on the list; answers their numbers there, the most valuable first."""
    file = home / "more.csv"
    file.write_text("\n".join((_HEADER, *_MORE)) + "\n", encoding="utf-8")
    import_customers(made.opened.catalogue, file, keys_of_row, system("test"), likening=likening_of)
    with made.opened.catalogue.writing() as connection:
        ids = {row.source_id: row.customer_id for row in connection.execute(select(source_record))}
        found = [
            NewDouble(ids[one], ids[other], why, chance, "m1", _SAID[one, other], related)  # type: ignore[arg-type]
            for one, other, why, chance, related in _FOUND
        ]
        doubles.put(connection, found)
    made.opened.feed_all()
    with made.opened.catalogue.reading() as connection:
        return [one.id for one in doubles.entries(connection, Part())]


def a_pair(made: Stock) -> int:
    """The number of a pair of two of the stock's customers; the same whenever asked."""
    one, other = made.customers["B-3"], made.customers["B-1"]
    with made.opened.catalogue.writing() as connection:
        doubles.put(connection, [NewDouble(one, other, "probable", 0.7, "m1", _SAID["B-1", "C-1"])])
        low, high = sorted((one, other))
        return next(e.id for e in doubles.entries(connection, Part("")) if (e.low_id, e.high_id) == (low, high))
