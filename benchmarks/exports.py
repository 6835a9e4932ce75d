"""Reads the six legacy exports of a made-up utility into the import's columns: for benchmarks, until there is a migration.

Rows that are plainly none (no id, wrong number of columns, a repeated id, a deletion mark) are left out; nothing is repaired.
"""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from lxml import etree

Row = dict[str, str]
_EMPTY = frozenset(("", "NULL", "\\N", "-"))
_FIRST_DAY = date(1899, 12, 30)
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FIXED = ((0, 10), (10, 11), (11, 71), (71, 79), (79, 149), (149, 160), (160, 172), (172, 184), (184, 202))


def read_world(folder: Path) -> list[Row]:
    """Answer every row of the six exports in a world's folder, each source id once."""
    place = folder / "migration"
    with next(place.glob("A_*.csv")).open("rb") as first:
        russian = not first.readline().isascii()
    found: dict[tuple[str, str], Row] = {}
    for system, (pattern, read) in _READERS.items():
        path = next(p for p in sorted(place.glob(pattern)) if "layout" not in p.name)
        for row in read(path, russian):
            row["system"] = system
            found.setdefault((system, row["source_id"]), row)
    return list(found.values())


def _clean(value: str | None) -> str:
    text = (value or "").strip()
    return "" if text in _EMPTY else text


def _semicolons(path: Path, russian: bool) -> Iterator[Row]:
    text = path.read_bytes().decode("cp1251" if russian else "cp1252", "replace")
    names = ("source_id", "accounts", "full_name", "birth_date", "address", "phones", "emails", "tax_id", "contracts")
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
        if len(cells) == 11 and cells[0].strip().isdigit():
            yield dict(zip(names, map(_clean, cells), strict=False))


def _table(path: Path, russian: bool) -> Iterator[Row]:
    data, encoding = path.read_bytes(), "cp866" if russian else "cp850"
    count, head, size = struct.unpack("<IHH", data[4:12])
    widths = [data[at + 16] for at in range(32, head - 1, 32)]
    for record in (data[head + i * size : head + (i + 1) * size] for i in range(count)):
        cells, at = [], 1
        for width in widths:
            cells.append(_clean(record[at : at + width].decode(encoding, "replace")))
            at += width
        if record[:1] != b"*" and cells[0]:
            yield _table_row(cells, russian)


def _table_row(cells: list[str], russian: bool) -> Row:
    number, account, surname, given, middle, birth, code, town, street, house, block, flat, phone, tax, meter = cells[
        :15
    ]
    address = ""
    if street or town:
        parts = (
            code,
            town and f"г. {town}",
            street,
            house and f"д. {house}",
            block and f"корп. {block}",
            flat and f"кв. {flat}",
        )
        if not russian:
            parts = (flat and f"flat {flat}", f"{house}{block} {street}".strip(), town, code, "", "")
        address = ", ".join(p for p in parts if p)
    firm = not given and not middle
    return {
        "source_id": number, "kind": "" if firm else "person", "surname": "" if firm else surname,
        "full_name": surname if firm else "", "given_name": given, "patronymic": middle, "birth_date": birth,
        "address": address, "phones": phone, "tax_id": tax, "accounts": account, "meters": meter,
    }  # fmt: skip


def _workbook(path: Path, russian: bool) -> Iterator[Row]:
    with zipfile.ZipFile(path) as book:
        root = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    columns = {"B": "source_id", "C": "accounts", "D": "full_name", "E": "birth_date", "F": "address", "G": "phones"}
    columns |= {"H": "tax_id", "I": "contracts", "K": "emails"}
    for line in root.iter(f"{_SHEET}row"):
        cells = {re.sub(r"\d", "", cell.get("r", "")): _clean("".join(cell.itertext())) for cell in line}
        row = {name: cells.get(letter, "") for letter, name in columns.items()}
        if re.fullmatch(r"\w+-\d+", row["source_id"]):
            if row["birth_date"].isdigit() and len(row["birth_date"]) <= 5:
                row["birth_date"] = (_FIRST_DAY + timedelta(int(row["birth_date"]))).isoformat()
            yield row


def _fixed(path: Path, russian: bool) -> Iterator[Row]:
    names = ("source_id", "kind", "full_name", "birth_date", "address", "phones", "tax_id", "accounts", "contracts")
    for line in path.read_bytes().decode("cp866" if russian else "cp850", "replace").split("\r\n"):
        row = {name: _clean(line[start:end]) for name, (start, end) in zip(names, _FIXED, strict=True)}
        if row["source_id"].isdigit() and len(line) > 80:
            row["kind"] = "organisation" if row["kind"] == "2" else "person"
            yield row


def _markup(path: Path, russian: bool) -> Iterator[Row]:
    root = etree.fromstring(path.read_bytes())

    def either(one: str, other: str) -> str:
        return one if russian else other

    def inside(node: etree._Element, tag: str, kind: str, value: str) -> dict[str, str]:
        return {_clean(n.findtext(kind)): _clean(n.findtext(value)) for n in node.iter(tag)}

    kind, value = either("Тип", "Type"), either("Значение", "Value")
    for one in root.iter(either("Контрагент", "Counterparty")):
        text = {child.tag: _clean(child.text) for child in one}
        firm = text.get(either("ОфициальноеНаименование", "RegisteredName"), "")
        contacts = inside(one, either("Контакт", "Contact"), kind, value)
        more = inside(one, either("ЗначениеРеквизита", "Attribute"), either("Наименование", "Name"), value)
        fields = inside(one, either("АдресноеПоле", "AddressField"), kind, value)
        address = next((_clean(n.text) for n in one.iter(either("Представление", "Text"))), "")
        code = fields.get(either("Почтовый индекс", "Postcode"), "")
        mail = either("Электронная почта", "E-mail")
        yield {
            "source_id": text.get(either("Ид", "Id"), ""),
            "kind": "organisation" if firm else "person",
            "full_name": firm or text.get(either("ПолноеНаименование", "FullName"), ""),
            "surname": text.get(either("Фамилия", "Surname"), ""),
            "given_name": text.get(either("Имя", "GivenName"), ""),
            "patronymic": text.get(either("Отчество", "MiddleName"), ""),
            "birth_date": text.get(either("ДатаРождения", "BirthDate"), ""),
            "tax_id": text.get(either("ИНН", "TaxId"), ""),
            "address": address if not code or code in address else f"{address}, {code}",
            "phones": ";".join(v for k, v in contacts.items() if k != mail and v),
            "emails": contacts.get(mail, ""),
            "accounts": more.get(either("ЛицевойСчет", "AccountNo"), ""),
            "contracts": more.get(either("НомерДоговора", "ContractNo"), ""),
        }


def _tabs(path: Path, russian: bool) -> Iterator[Row]:
    head, *lines = path.read_bytes().decode("utf-16", "replace").split("\n")
    names = head.strip("\r\ufeff").split("\t")
    for line in lines:
        cells = [_clean(c) for c in line.rstrip("\r").split("\t")]
        if len(cells) != len(names) or "-" not in cells[0]:
            continue
        r = dict(zip(names, cells, strict=True))
        parts = (
            r["region"],
            r["city"],
            r["street"],
            r["house"] and f"д. {r['house']}",
            r["flat"] and f"кв. {r['flat']}",
        )
        if not russian:
            parts = (
                r["flat"] and f"flat {r['flat']}",
                f"{r['house']} {r['street']}".strip(),
                r["city"],
                r["region"],
                "",
            )
        firm = r["kind"] == "O"
        yield {
            "source_id": r["customer_id"], "kind": "organisation" if firm else "person",
            "surname": "" if firm else r["surname"], "full_name": r["surname"] if firm else "",
            "given_name": r["given_name"], "patronymic": r["patronymic"], "birth_date": r["birth_date"],
            "address": ", ".join(p for p in parts if p), "phones": r["phone"], "emails": r["email"],
            "accounts": r["account"], "contracts": r["contract"], "points_of_delivery": r["pod"], "meters": r["meter"],
        }  # fmt: skip


_READERS: dict[str, tuple[str, Callable[[Path, bool], Iterator[Row]]]] = {
    "A": ("A_*.csv", _semicolons),
    "B": ("B_*.DBF", _table),
    "C": ("C_*.xlsx", _workbook),
    "D": ("D_*.txt", _fixed),
    "E": ("E_*.xml", _markup),
    "F": ("F_*.tsv", _tabs),
}
