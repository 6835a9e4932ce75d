"""Known items: 500 questions, each with one answer that should be among the first five, on every engine of search.

    python benchmarks/known_items.py [--things 5000] [--questions 500] [--narrowings 200] [--only tantivy,elasticsearch,opensearch]

The servers are those of `make engines ONLY="elasticsearch opensearch"`. Documents, customers and questions are made up
from a seed. Prints one JSON line an engine (share found by kind of question, p50 and p99 in ms, seconds to fill), one
line a question that was missed on stderr, and at the end in how many of the narrowed questions, each asked by somebody
who sees a part, the engines differ: in the set, its order, the count or a facet.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.wiring import indexes_at
from search.ports import CustomerIndex, DocumentIndex
from tests.known_items import World, narrowings, world
from tests.on_engines import fresh_prefix
from tests.search_answers import fill, missed, share_found, whole_answer


@contextmanager
def opened(engine: str) -> Iterator[tuple[DocumentIndex, CustomerIndex]]:
    """Two empty indexes on this engine, gone at the end."""
    if engine == "tantivy":
        with tempfile.TemporaryDirectory() as folder:
            yield indexes_at("", Path(folder))
    else:
        with fresh_prefix(engine) as url:
            yield indexes_at(url, Path())


def measured(engine: str, documents: DocumentIndex, customers: CustomerIndex, made: World) -> dict[str, Any]:
    """One engine's line."""
    began = time.perf_counter()
    fill(documents, customers, made)
    filled_s = time.perf_counter() - began
    took: list[float] = []
    lost = []
    for question in made.questions:
        began = time.perf_counter()
        lost += missed(documents, customers, [question])
        took.append((time.perf_counter() - began) * 1000)
    for question in lost:
        print(
            f"{engine}: missed {question.kind}: {question.query.text!r} for {question.of} {question.id}",
            file=sys.stderr,
        )
    return {
        "engine": engine,
        "questions": len(made.questions),
        "found": round(1 - len(lost) / len(made.questions), 4),
        "by_kind": share_found(made.questions, lost),
        "p50_ms": round(statistics.median(took), 2),
        "p99_ms": round(statistics.quantiles(took, n=100)[98], 2),
        "filled_s": round(filled_s, 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", type=int, default=5000)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--narrowings", type=int, default=200)
    parser.add_argument("--only", default="tantivy,elasticsearch,opensearch")
    options = parser.parse_args()
    made = world(options.things, options.questions)
    answers: dict[str, list[Any]] = {}
    for engine in options.only.split(","):
        with opened(engine) as (documents, customers):
            print(json.dumps(measured(engine, documents, customers, made), ensure_ascii=False), flush=True)
            asked = list(narrowings(options.narrowings))
            answers[engine] = [whole_answer(documents, query, access) for query, access in asked]
            documents.release()
            customers.release()
    differing = sum(any(one != some[0] for one in some) for some in zip(*answers.values(), strict=True))
    told = {
        "narrowed": options.narrowings,
        "differing": differing,
        "found_in_all": sum(one[0] for one in answers[engine]),
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
