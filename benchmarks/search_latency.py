"""How long the search room takes to answer: 100,000 customers and 20,000 documents of its own making.

    python benchmarks/search_latency.py [--customers N] [--documents N] [--rounds N]

Prints the build rates and, for each kind of question, p50 and p99 in milliseconds of the whole library call (total,
ten hits with highlights, facets), one client, the index warm, by the clock and by CPU of the asking thread (the one
to trust on a busy machine); and the recall of misspelled questions.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from archive.access import Access, Role
from search.adapters.in_tantivy import customers, documents
from search.ports import IndexedCustomer, IndexedDocument, Query

_CHANCE = random.Random(20240501)
_CLERK = Access("benchmark", frozenset({Role.CLERK}), frozenset({"01", "02", "03", "04"}))


def _list(words: str) -> list[str]:
    return words.split()


_SYLLABLES = _list("ба во ги де жу за ки ло му не по ра со ту фе ха ци че ша эр ям юн ор ал ин ов ед ут ок ис")
_ENDINGS = _list("ов ев ин ский цев ко юк енко")
_SUBJECTS = _list("перерасчет замена жалоба договор показания отключение возврат подключение справка поверка")
_NOUNS = _list("счетчика платы отопления воды света квартиры дома квитанции прибора услуги долга тарифа")
_ENGLISH = _list("please replace the meter at my flat because reading was wrong and bill is too high since last month")


def _word(syllables: int) -> str:
    return "".join(_CHANCE.choice(_SYLLABLES) for _ in range(syllables))


_SURNAMES = [(_word(_CHANCE.randint(2, 3)) + _CHANCE.choice(_ENDINGS)).capitalize() for _ in range(8000)]
_NAMES = [_word(2).capitalize() for _ in range(200)]
_STREETS = [_word(3).capitalize() for _ in range(1500)]
_RARE = [_word(4) for _ in range(20000)]


def _digits(count: int) -> str:
    return "".join(_CHANCE.choice("0123456789") for _ in range(count))


def some_customers(count: int) -> Iterator[IndexedCustomer]:
    """Made-up customers: name, address, phone, account, contract, meter."""
    for number in range(1, count + 1):
        street, house, flat = _CHANCE.choice(_STREETS), _CHANCE.randint(1, 200), _CHANCE.randint(1, 300)
        yield IndexedCustomer(
            id=number,
            version=1,
            names=(f"{_CHANCE.choice(_SURNAMES)} {_CHANCE.choice(_NAMES)} {_CHANCE.choice(_NAMES)}ович",),
            branch=f"{_CHANCE.randint(1, 8):02}",
            addresses=(f"{_digits(6)}, г. Градск, ул. {street}, д. {house}, кв. {flat}",),
            phones=("9" + _digits(9),),
            accounts=(_digits(11),),
            contracts=(f"{_digits(2)}-Э-{_digits(7)}/{_digits(2)}",),
            meters=(_digits(8),),
            tax_ids=(_digits(12),),
            birth_date=date(1940, 1, 1) + timedelta(days=_CHANCE.randint(0, 25000)),
        )


def some_documents(count: int) -> Iterator[IndexedDocument]:
    """Made-up letters of about 2 kB, one in four in English, over eight branches and three years."""
    for number in range(1, count + 1):
        subject, words = _CHANCE.choice(_SUBJECTS), []
        for _ in range(180):
            words.append(_CHANCE.choice(_CHANCE.choice((_NOUNS, _SUBJECTS, _ENGLISH, _RARE, _RARE, _SURNAMES))))
        text = f"{subject} {_CHANCE.choice(_NOUNS)}. Лицевой счёт {_digits(11)}. " + " ".join(words)
        yield IndexedDocument(
            id=number,
            version=1,
            branch=f"{_CHANCE.randint(1, 8):02}",
            received_on=date(2022, 1, 1) + timedelta(days=_CHANCE.randint(0, 1000)),
            text=text,
            title=f"{subject}.pdf",
            document_type=subject,
            channel=_CHANCE.choice(("post", "email", "form", "upload")),
            state=_CHANCE.choice(("filed", "filed", "filed", "review")),
            customer_id=_CHANCE.randint(1, 1000),
            registration_number=f"01-{number:07}/2024",
        )


def misspelled(word: str) -> str:
    """The word with one letter left out, doubled, swapped or changed, not the first."""
    at = _CHANCE.randint(1, len(word) - 2)
    kind = _CHANCE.randint(0, 3)
    middle = (word[at + 1], word[at] * 2 + word[at + 1], word[at + 1] + word[at], "ы" + word[at + 1])[kind]
    return word[:at] + middle + word[at + 2 :]


def measured(name: str, asks: list[str], answer: Callable[[str], object]) -> None:
    """Ask every question once warm-up is done, and print p50 and p99."""
    for text in asks[:20]:
        answer(text)
    wall_ms, cpu_ms = [], []
    for text in asks:
        start, cpu = time.perf_counter(), time.thread_time()
        answer(text)
        wall_ms.append(1000 * (time.perf_counter() - start))
        cpu_ms.append(1000 * (time.thread_time() - cpu))
    row = [figure for taken in (wall_ms, cpu_ms) for figure in (statistics.median(taken), _p99(taken))]
    print(f"{name:50}" + "".join(f"{figure:9.2f}" for figure in row))


def _head(name: str) -> None:
    print(f"{name + ', ms':50}" + "".join(f"{title:>9}" for title in ("p50", "p99", "CPU p50", "CPU p99")))


def _p99(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[98]


def main() -> None:
    """Build, ask, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=100_000)
    options.add_argument("--documents", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=300)
    chosen = options.parse_args()
    people, letters = list(some_customers(chosen.customers)), list(some_documents(chosen.documents))
    with tempfile.TemporaryDirectory() as home:
        by_name, by_text = customers(Path(home, "customers")), documents(Path(home, "documents"))
        for index, things in ((by_name, people), (by_text, letters)):
            start, cpu = time.perf_counter(), time.process_time()
            with index.fresh() as fresh:
                for at in range(0, len(things), 5000):
                    fresh.put_many(things[at : at + 5000])  # type: ignore[arg-type]
            wall = time.perf_counter() - start
            print(f"built {len(things):7} in {wall:.1f} s, {time.process_time() - cpu:.1f} CPU-s")
        _ask_customers(by_name, people, chosen.rounds)
        _ask_documents(by_text, letters, chosen.rounds)
        start = time.perf_counter()
        by_text.put_many([letters[0]])
        by_text.commit()
        by_text.count(Query("x"), _CLERK)
        print(f"one changed letter put, committed and seen: {1000 * (time.perf_counter() - start):.1f} ms")


def _ask_customers(index: object, people: list[IndexedCustomer], rounds: int) -> None:
    ask: Callable[[str], object] = lambda text: index.search(Query(text, limit=10), _CLERK)  # type: ignore[attr-defined]  # noqa: E731
    typing: Callable[[str], object] = lambda text: index.search(  # type: ignore[attr-defined]  # noqa: E731
        Query(text, limit=10, as_you_type=True), _CLERK
    )
    some = [_CHANCE.choice(people) for _ in range(rounds)]
    surnames = [one.names[0].split()[0] for one in some]
    streets = [one.addresses[0].split("ул. ")[1].split(",")[0] for one in some]
    _head("customers")
    measured("surname", surnames, ask)
    measured("surname, first name", [" ".join(one.names[0].split()[:2]) for one in some], ask)
    measured("surname begun, as you type (3 letters)", [word[:3] for word in surnames], typing)
    measured("surname and street, house", [f"{a} {b} 7" for a, b in zip(surnames, streets, strict=True)], ask)
    typos = [
        f"{misspelled(a)} {one.names[0].split()[1]} {b}" for a, b, one in zip(surnames, streets, some, strict=True)
    ]
    measured("misspelled surname, first name, street", typos, ask)
    measured("account", [one.accounts[0] for one in some], ask)
    measured("six digits from the middle of an account", [one.accounts[0][3:9] for one in some], ask)
    measured("phone with 8", ["8" + one.phones[0] for one in some], ask)
    measured("nothing to be found", [_digits(4) + "zzz qqqxxqq" for _ in some], ask)
    found = sum(
        any(hit.thing.id == one.id for hit in index.search(Query(text, limit=10, facets=False), _CLERK).hits)  # type: ignore[attr-defined]
        for text, one in zip(typos, some, strict=True)
    )
    print(f"recall@10 of the misspelled: {found / len(some):.3f}")


def _ask_documents(index: object, letters: list[IndexedDocument], rounds: int) -> None:
    ask: Callable[[str], object] = lambda text: index.search(Query(text, limit=10), _CLERK)  # type: ignore[attr-defined]  # noqa: E731
    some = [_CHANCE.choice(letters) for _ in range(rounds)]
    _head("documents")
    measured("one frequent word", [_CHANCE.choice(_NOUNS) for _ in some], ask)
    measured("two words", [f"{_CHANCE.choice(_NOUNS)} {_CHANCE.choice(_RARE)}" for _ in some], ask)
    measured("two frequent words and a type", [f"{_CHANCE.choice(_NOUNS)} договор type:возврат" for _ in some], ask)
    measured("phrase", [" ".join(one.text.split()[20:22]).join('""') for one in some], ask)
    measured("misspelled word", [misspelled(_CHANCE.choice(_RARE)) for _ in some], ask)
    measured("wrong keyboard", ["pfvtyf cxtnxbrf"] * rounds, ask)
    measured("account in the text", [one.text.split("счёт ")[1][:11] for one in some], ask)
    measured("browse, newest first", [""] * rounds, ask)
    measured(
        "word begun, as you type", [_CHANCE.choice(_NOUNS)[:4] for _ in some], lambda text: index.suggest(text, _CLERK)
    )  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
