"""What the workers of Spark do with a stretch of records or pairs: our own reading, keys and comparison, on Arrow batches.

Runs in processes of Spark's, on whatever machine; each gets the model file itself and refuses one made by another version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Protocol

import numpy as np
import pyarrow as pa

from dedup.linkage.columns import NAMES, WORDS_OF, Columns, Ints, Vocabulary, Words, nothing
from dedup.linkage.keys import blocking_keys
from dedup.linkage.model import Model, from_json, without_junk
from dedup.linkage.patterns import patterns_of
from dedup.linkage.tables import READ, columns_of_table

Batches = Iterable[pa.RecordBatch]
Work = Callable[[Batches], Iterator[pa.RecordBatch]]
NUMBERS = tuple(name for name in NAMES if name not in WORDS_OF)
RECORD = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in READ)])
"""A record as it came."""
NORMALISED = "row bigint, kind bigint, numbers binary, " + ", ".join(f"{name} string" for name in WORDS_OF)
"""A record as it is compared: all its numbers side by side, 64 bits each, and its words."""
KEYED = "way int, key bigint, row bigint"
COMPARED = "pair bigint, pattern bigint"
PARTS = ("numbers", *WORDS_OF)
"""What of a normalised record a comparison needs."""
LEFT, RIGHT = "left_", "right_"


class Sent(Protocol):
    """A text that Spark brings to each worker once."""

    value: str


def normalising(model: Sent) -> Work:
    """Answer what makes normalised records of records."""
    return partial(_normalised, model)


def keying(model: Sent) -> Work:
    """Answer what makes blocking keys of normalised records: which pass, the key, the row."""
    return partial(_keyed, model)


def comparing(model: Sent) -> Work:
    """Answer what makes patterns of pairs, of which both records stand in the row."""
    return partial(_compared, model)


@lru_cache(maxsize=2)
def _model(text: str) -> Model:
    return from_json(text)


def _normalised(model: Sent, batches: Batches) -> Iterator[pa.RecordBatch]:
    known = _model(model.value)
    for batch in batches:
        vocabulary = Vocabulary()
        table = {name: batch.column(name).to_pylist() for name in READ}
        columns = without_junk(columns_of_table(table, known.lexicon, vocabulary), known)
        words = {
            name: np.array(getattr(vocabulary, of).texts, dtype=object)[columns[name]] for name, of in WORDS_OF.items()
        }
        made = [batch.column("row"), pa.array(columns["kind"], pa.int64()), _side_by_side(columns)]
        made += [pa.array(texts, pa.string()) for texts in words.values()]
        yield pa.RecordBatch.from_arrays(made, names=["row", "kind", *PARTS])


def _side_by_side(columns: Columns) -> pa.Array:
    lines = np.stack([columns[name] for name in NUMBERS], axis=1).astype("<i8")
    return pa.array([line.tobytes() for line in lines], pa.binary())


def _keyed(model: Sent, batches: Batches) -> Iterator[pa.RecordBatch]:
    known = _model(model.value)
    for batch in batches:
        (columns,), vocabulary = _read(batch, "")
        rows = batch.column("row").to_numpy()
        for way, (_, make) in enumerate(blocking_keys(columns, vocabulary, known.passes)):
            found = [np.stack([keys[keys != 0], rows[keys != 0]], axis=1) for keys in make()]
            each = np.unique(np.concatenate(found), axis=0)
            if len(each):
                made = [np.full(len(each), way, dtype=np.int32), each[:, 0].copy(), each[:, 1].copy()]
                yield pa.RecordBatch.from_arrays([pa.array(values) for values in made], names=["way", "key", "row"])


def _compared(model: Sent, batches: Batches) -> Iterator[pa.RecordBatch]:
    known = _model(model.value)
    for batch in batches:
        (left, right), vocabulary = _read(batch, LEFT, RIGHT)
        patterns = pa.array(patterns_of(left, right, vocabulary, known.lexicon))
        yield pa.RecordBatch.from_arrays([batch.column("pair"), patterns], names=["pair", "pattern"])


def _read(batch: pa.RecordBatch, *sides: str) -> tuple[list[Columns], Vocabulary]:
    """The records of each side as columns; their words have numbers in one vocabulary."""
    vocabulary = Vocabulary()
    found = []
    for side in sides:
        lines = np.frombuffer(b"".join(batch.column(f"{side}numbers").to_pylist()), dtype="<i8")
        lines = lines.reshape(batch.num_rows, len(NUMBERS))
        columns = {name: _or_nothing(lines[:, at]) for at, name in enumerate(NUMBERS)}
        columns |= {name: _ids(batch.column(f"{side}{name}"), getattr(vocabulary, of)) for name, of in WORDS_OF.items()}
        found.append(columns)
    return found, vocabulary


def _ids(texts: pa.Array, words: Words) -> Ints:
    """The numbers of words, each word looked up once."""
    coded = texts.dictionary_encode()
    ids = np.array([words.id(text) for text in coded.dictionary.to_pylist()], dtype=np.int64)
    return _or_nothing(ids[coded.indices.to_numpy()])


def _or_nothing(values: Ints) -> Ints:
    return np.ascontiguousarray(values, dtype=np.int64) if values.any() else nothing(len(values))
