"""Rows by the thousand are read as one row is, and processes side by side give what one gives."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from archive.directory_file import Block, RowProblem, read_blocks, read_rows
from dedup.linkage.columns import NAMES, WORDS_OF, Columns, Vocabulary, columns_of
from dedup.linkage.learning import lexicon_of
from dedup.linkage.records import record_of
from dedup.linkage.tables import columns_of_table
from dedup.linkage.working import in_order
from tests.linkage_people import people

ODD = [
    {"kind": "organisation", "full_name": "ООО «Заря Сервис-2»", "tax_id": "7707083893", "phones": "нет"},
    {"full_name": "Mill Lane Bakery Ltd", "address": "Flat 3, 21 Mill Lane, Elmstead EL72JN"},
    {"kind": "person", "full_name": "Чижов О. И.", "birth_date": "17.05.1980", "former_address": "г. Рябинск, д. 9|"},
    {"kind": "person", "surname": "Чижов", "given_name": "Олег", "phones": "+7 912 345-67-89; 9001112233|8 (800) 1"},
    {"kind": "person", "surname": "-", "tax_id": "500100732259; 1", "accounts": "ФА-0012|12/3", "meters": "777|8888"},
    {"points_of_delivery": "12345;67890", "meters": "4444", "emails": "a@b.example;Test@x.example"},
    {},
]


def _told(columns: Columns, vocabulary: Vocabulary) -> dict[str, list[object]]:
    words = {name: getattr(vocabulary, words).texts for name, words in WORDS_OF.items()}
    return {name: [words[name][int(v)] if name in words else int(v) for v in columns[name].tolist()] for name in NAMES}


def test_a_table_of_rows_becomes_the_columns_of_its_records() -> None:
    rows = [*people(500).rows, *ODD]
    lexicon = lexicon_of(rows)
    names = dict.fromkeys(name for row in rows for name in row)
    table = {name: [row.get(name, "") for row in rows] for name in names}
    one, many = Vocabulary(), Vocabulary()
    singly = columns_of([record_of(row, lexicon) for row in rows], one)
    at_once = columns_of_table(table, lexicon, many)
    assert _told(at_once, many) == _told(singly, one)


def _damaged(place: Path) -> Path:
    lines = ["system,source_id,surname,address", *(f'A,{at},Чижов,"д. {at}, кв. 1"' for at in range(30))]
    lines[5] = "A,5,too,many,cells"
    lines[9] = 'A,9,Чижов,"never closed'
    lines[14] = ",,,"
    lines[17] = 'A,17,"two\nlines",  x  '
    path = place / "damaged.csv"
    path.write_bytes("\r\n".join(lines).encode() + b"\r\nA,31,\xff\xfe,x\r\nA,32,last,row")
    return path


@pytest.mark.parametrize("lines_a_block", [1, 3, 7, 1000])
def test_blocks_hold_the_rows_and_the_problems_of_the_careful_way(tmp_path: Path, lines_a_block: int) -> None:
    path = _damaged(tmp_path)
    items = list(read_rows(path))
    blocks = list(read_blocks(path, lines_a_block))
    rows = [dict(zip(b.columns, cells, strict=True)) for b in blocks for cells in zip(*b.columns.values(), strict=True)]
    assert rows == [item.cells for item in items if not isinstance(item, RowProblem)]
    assert [p for b in blocks for p in b.problems] == [item for item in items if isinstance(item, RowProblem)]
    assert sum(b.rows for b in blocks) == len(rows) > 20


def test_a_file_cut_short_is_read_up_to_the_cut(tmp_path: Path) -> None:
    whole = gzip.compress(b"system,source_id,surname\n" + b"".join(b"A,%d,x%d\n" % (i, i * i) for i in range(9000)))
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    careful = list(read_rows(path))
    blocks: list[Block] = list(read_blocks(path, 500))
    assert sum(b.rows for b in blocks) == len(careful) - 1 > 500
    assert blocks[-1].problems == (careful[-1],)


def _double(number: int) -> np.ndarray:
    return np.full(3, number * 2)


def _die(number: int) -> int:
    os._exit(3)


def _ready() -> None:
    """Nothing to prepare."""


def test_answers_come_in_the_order_of_the_things() -> None:
    def things() -> Iterator[int]:
        yield from range(40)

    assert [int(a[0]) for a in in_order(_double, things(), _ready)] == [2 * n for n in range(40)]
    assert [int(a[0]) for a in in_order(_double, [7], _ready)] == [14]
    assert list(in_order(_double, [], _ready)) == []


@pytest.mark.timeout(60)
def test_a_process_that_dies_is_told_and_not_waited_for() -> None:
    with pytest.raises(Exception, match=r"terminated abruptly|killed"):
        list(in_order(_die, range(100), _ready))


_LED = """
import os, time
from dedup.linkage.working import in_order
from tests.unit.test_linkage_tables import _ready, _told_to

for pid in in_order(_told_to, range(40), _ready):
    print(pid, flush=True)
"""


def _told_to(number: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def test_processes_end_with_a_leader_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _LED], stdout=subprocess.PIPE, text=True) as leader:
        assert leader.stdout is not None
        worker = int(leader.stdout.readline())
        leader.kill()
    for _ in range(200):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.05)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("it waits for ever")
