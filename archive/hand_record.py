"""What a person says of a customer at the desk, as a source record of its own that holds only what was said. Pure.

It stands above every feed, field by field (`archive.survivorship`). What a person takes away or replaces is withdrawn: no
feed that goes on saying it makes it what is so, while another value that a feed brings later is news. A name is one: whoever
says a part of it says the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from archive.directory_file import ADDRESS_PARTS, COLUMNS
from archive.directory_record import (
    BY_HAND,
    KINDS,
    LISTS,
    NAME_FIELDS,
    WITHDRAWN,
    DirectoryRecord,
    address_of_parts,
    read_record,
    said_alike,
    split_list,
)
from archive.errors import BadInput
from archive.sentences import quoted, say

EDITABLE = tuple(name for name in COLUMNS if name not in ("system", "source_id"))
"""The columns that a person may say."""
SAYABLE = (*EDITABLE, *ADDRESS_PARTS)
"""Those, and an address in parts: whoever says a part of it says the whole."""
_LONGEST = 2000
_NAME_PARTS = ("surname", "given_name", "patronymic")

Cells = Mapping[str, str]
"""Column → what is said, lists joined by `;`; '' takes away."""


def cleaned(given: Cells) -> dict[str, str]:
    """What is said, in one spelling. Raises: BadInput for a column that there is not, or a value that can not be."""
    odd = [name for name in given if name not in SAYABLE]
    if odd:
        raise BadInput(say("{given} is no field; give some of: {fields}", given=odd[0], fields=", ".join(SAYABLE)))
    cells = {name: cell.replace("\x00", "").strip() for name, cell in given.items()}
    if long := [name for name, cell in cells.items() if len(cell) > _LONGEST]:
        raise BadInput(say("{given} is too long: {most} letters at the most", given=long[0], most=_LONGEST))
    if not cells.get("kind"):
        cells.pop("kind", None)
    cells |= _address_said(cells)
    record = read_record(cells)
    for reason, remedy in record.problems:
        raise BadInput(quoted(f"{reason}; {remedy}"))
    if "kind" in cells and record.values["kind"] not in KINDS:
        raise BadInput(say("{given} is no kind; give one of: {kinds}", given=cells["kind"], kinds=", ".join(KINDS)))
    spelt = {"kind": record.values["kind"], "birth_date": record.values["birth_date"]}
    cells |= {name: spelt[name] for name in spelt if name in cells}
    return cells | {name: ";".join(split_list(cells[name])) for name in LISTS if name in cells}


def _address_said(cells: Cells) -> dict[str, str]:
    """The address that is said in parts only, as people write it; nothing where none is.

    Raises: BadInput for parts that are no address.
    """
    parts = {name: cells[name] for name in ADDRESS_PARTS if name in cells}
    if not parts or cells.get("address") or ("address" in cells and not any(parts.values())):
        return {}
    written = address_of_parts(parts)
    if not written:
        raise BadInput(say("an address in parts takes a settlement, a street or a house at the least"))
    return {"address": written}


def first(cells: Cells) -> dict[str, str]:
    """The record of a customer whom nobody knows yet, out of what is said (`cleaned`).

    Raises: BadInput where it names no one.
    """
    record = read_record(cells)
    if not record.display_name:
        raise BadInput(say("give a name: a customer is called something"))
    return {name: cell for name, cell in cells.items() if cell} | {"kind": record.values["kind"], WITHDRAWN: "{}"}


def edited(before: Cells, now: DirectoryRecord, said: Sequence[DirectoryRecord], given: Cells) -> dict[str, str]:
    """The record after something was said (`cleaned`).

    `before`: the record as it was, empty where nothing was said before; `now`: the customer as it is read; `said`: its
    other records. The same as `before` where nothing becomes another. Raises: BadInput where no name would be left.
    """
    cells = dict(before)
    withdrawn = withdrawn_of(before)
    for name in (name for name in EDITABLE if name in given and name not in NAME_FIELDS):
        if name in LISTS:
            _edit_list(cells, withdrawn, name, now.lists[name], split_list(given[name]))
        elif given[name] != now.values[name]:
            known = [record.values[name] for record in (now, *said)]
            _withdraw(withdrawn, name, known, given[name])
            cells[name] = given[name]
    if "address" in given:
        _keep_parts(cells, given, now.values["address"])
    names = _names(now, given)
    if names is not None:
        cells |= names
    kept = {name: cell for name, cell in cells.items() if cell and name != WITHDRAWN}
    if kept == _said(before) and withdrawn == withdrawn_of(before):
        return dict(before)
    return kept | {WITHDRAWN: _as_json(withdrawn)}


def _keep_parts(cells: dict[str, str], given: Cells, now: str) -> None:
    """Keep the parts that were said with an address beside it; those of the address before go with it."""
    parts = {name: given[name] for name in ADDRESS_PARTS if given.get(name)}
    if parts:
        cells["address"] = given["address"]
    if parts or given["address"] != now:
        cells |= dict.fromkeys(ADDRESS_PARTS, "") | parts


def taking_away(before: Cells, gone: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The record after these values of lists are not the customer's any more."""
    cells, withdrawn = dict(before), withdrawn_of(before)
    for name, values in gone.items():
        held = split_list(cells.get(name, ""))
        _edit_list(cells, withdrawn, name, (*held, *values), [one for one in held if one not in set(values)])
    return {name: cell for name, cell in cells.items() if cell} | {WITHDRAWN: _as_json(withdrawn)}


def withdrawn_of(cells: Cells) -> dict[str, list[str]]:
    """Column → what is not so any more."""
    found: dict[str, list[str]] = json.loads(cells.get(WITHDRAWN) or "{}")
    return found


def record_at_desk(cells: Cells) -> DirectoryRecord:
    """The record as survivorship reads it."""
    return read_record({**cells, "system": BY_HAND})


def _said(cells: Cells) -> dict[str, str]:
    return {name: cell for name, cell in cells.items() if cell and name != WITHDRAWN}


def _names(now: DirectoryRecord, given: Cells) -> dict[str, str] | None:
    """The whole name where a part of it becomes another."""
    if all(given[name] == now.values[name] for name in NAME_FIELDS if name in given):
        return None
    names = {name: now.values[name] for name in NAME_FIELDS} | {
        name: given[name] for name in NAME_FIELDS if name in given
    }
    person = (given.get("kind") or now.values["kind"]) == "person"
    parts_given = any(given.get(name, now.values[name]) != now.values[name] for name in _NAME_PARTS)
    if parts_given and given.get("full_name", now.values["full_name"]) == now.values["full_name"] and person:
        names["full_name"] = ""  # it says what the parts said before
    elif not parts_given and person:
        names |= dict.fromkeys(_NAME_PARTS, "")  # read out of the whole name anew
    if not any(names.values()):
        raise BadInput(say("give a name: a customer is called something"))
    return names


def _edit_list(
    cells: dict[str, str], withdrawn: dict[str, list[str]], name: str, now: Sequence[str], wanted: Sequence[str]
) -> None:
    gone, come = ([one for one in some if one not in others] for some, others in ((now, wanted), (wanted, now)))
    held = [one for one in split_list(cells.get(name, "")) if one not in gone]
    cells[name] = ";".join(dict.fromkeys([*held, *come]))
    # What a feed alone says is so again; of what is said here too, this spelling stands above the feed's.
    back = {said_alike(name, one) for one in wanted if one not in held and one not in come}
    kept = [one for one in [*withdrawn.get(name, ()), *gone] if said_alike(name, one) not in back]
    _put(withdrawn, name, kept)


def _withdraw(withdrawn: dict[str, list[str]], name: str, known: Iterable[str], wanted: str) -> None:
    was = [one for one in [*withdrawn.get(name, ()), *known] if one]
    _put(withdrawn, name, [one for one in was if said_alike(name, one) != said_alike(name, wanted)])


def _put(withdrawn: dict[str, list[str]], name: str, values: Iterable[str]) -> None:
    kept = sorted(set(values))
    withdrawn.pop(name, None)
    if kept:
        withdrawn[name] = kept


def _as_json(withdrawn: Mapping[str, Sequence[str]]) -> str:
    return json.dumps(withdrawn, ensure_ascii=False, sort_keys=True)
