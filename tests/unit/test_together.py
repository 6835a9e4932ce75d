"""Several threads, one transaction: everybody gets what is theirs, and one's trouble is nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from archive.together import Together


class Book:
    """Enters numbers; the first batch is held up until `gate` opens, so that others come meanwhile."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun = threading.Event()
        self.batches: list[list[int]] = []
        self.refused: dict[int, BaseException] = {}
        self.together: Together[int, str] = Together(self.enter)

    def enter(self, given: Sequence[int]) -> list[str]:
        self.batches.append(list(given))
        self.begun.set()
        self.gate.wait(10)
        for one in given:
            if one in self.refused:
                raise self.refused[one]
        return [f"entered {one}" for one in given]


def held_up(book: Book, pool: ThreadPoolExecutor, rest: Sequence[int]) -> list[Future[str]]:
    """The first is at it; the rest come, one after the other, and wait for it."""
    futures = [pool.submit(book.together.enter, 0)]
    assert book.begun.wait(10)
    for at, one in enumerate(rest, start=1):
        futures.append(pool.submit(book.together.enter, one))
        wait_until(lambda at=at: len(book.together._waiting) == at)
    return futures


def wait_until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(10_000):
        if holds():
            return
        pause.wait(0.001)
    raise AssertionError("it never came to hold")


def test_what_comes_while_one_is_entered_is_entered_at_once() -> None:
    book = Book()
    with ThreadPoolExecutor(10) as pool:
        futures = held_up(book, pool, range(1, 8))
        book.gate.set()
        assert [one.result(10) for one in futures] == [f"entered {one}" for one in range(8)]
    assert book.batches == [[0], list(range(1, 8))]


def test_what_is_refused_is_refused_alone() -> None:
    book = Book()
    book.refused[3] = ValueError("no such branch")
    with ThreadPoolExecutor(10) as pool:
        futures = held_up(book, pool, range(1, 6))
        book.gate.set()
        with pytest.raises(ValueError, match="no such branch"):
            futures[3].result(10)
        assert [futures[at].result(10) for at in (0, 1, 2, 4, 5)] == [f"entered {at}" for at in (0, 1, 2, 4, 5)]
    assert sorted(book.batches[2:]) == [[1], [2], [3], [4], [5]]


def test_who_is_stopped_while_leading_leaves_nobody_waiting() -> None:
    book = Book()
    book.refused[0] = KeyboardInterrupt()
    with ThreadPoolExecutor(10) as pool:
        futures = held_up(book, pool, range(1, 4))
        book.gate.set()
        assert [one.result(10) for one in futures[1:]] == ["entered 1", "entered 2", "entered 3"]
        with pytest.raises(KeyboardInterrupt):
            futures[0].result(10)
    assert book.together.enter(9) == "entered 9"


def test_one_that_fails_alone_is_tried_once() -> None:
    book = Book()
    book.gate.set()
    book.refused[1] = ValueError("no such branch")
    with pytest.raises(ValueError, match="no such branch"):
        book.together.enter(1)
    assert book.batches == [[1]]
