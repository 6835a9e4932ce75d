"""What a run over a file tells: the clusters, beside them the pairs for review, and figures for whoever started it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from archive.durable import written_whole
from dedup.linkage.columns import Ints
from dedup.linkage.deciding_pairs import Decided
from dedup.linkage.pairing import PassReport


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found, for whoever started it."""

    records: int
    refused_rows: int
    pairs: int
    clusters: int
    joined: int
    review: int
    model: str
    passes: list[PassReport] = field(default_factory=list)


class Origins(Protocol):
    """Where the records of a run come from, by row."""

    def origins(self) -> Iterator[list[str]]:
        """Answer system and source id of every record, in order, some thousand records at once: one after the other."""
        ...

    def origins_of(self, rows: Ints) -> list[tuple[str, str]]:
        """Answer (system, source id) of some records."""
        ...


def report_of(decided: Decided, pairs: int, refused_rows: int, model: str, passes: list[PassReport]) -> Report:
    """Answer the figures of a run."""
    records, clusters = len(decided.labels), int((np.bincount(decided.labels) > 0).sum())
    return Report(records, refused_rows, pairs, clusters, records - clusters, len(decided.review), model, passes)


def write(output: Path, records: Origins, decided: Decided) -> None:
    """Write the clusters and, beside them, the pairs for review; each file appears whole or not at all."""
    with written_whole(output) as out:
        lines = csv.writer(out)
        lines.writerow(("system", "source_id", "cluster_id", "probability"))
        low = 0
        for origins in records.origins():
            systems, ids = origins[::2], origins[1::2]
            some = slice(low, low + len(ids))
            sure = (f"{certainty:.6f}" for certainty in decided.certainty[some].tolist())
            lines.writerows(zip(systems, ids, _names(records, decided.labels[some]), sure, strict=True))
            low += len(ids)
    with written_whole(output.with_name(f"{output.stem}.review.csv")) as out:
        lines = csv.writer(out)
        lines.writerow(("system", "source_id", "other_system", "other_source_id", "probability", "why"))
        ends = np.array([(one.left, one.right) for one in decided.review], dtype=np.int64).reshape(-1, 2)
        origins_of = zip(records.origins_of(ends[:, 0]), records.origins_of(ends[:, 1]), strict=True)
        for one, (left, right) in zip(decided.review, origins_of, strict=True):
            chance = 1 / (1 + np.exp(-one.odds))
            lines.writerow((*left, *right, f"{chance:.6f}", one.why))


def _names(records: Origins, labels: Ints) -> list[str]:
    """A cluster is called by its first record."""
    return [f"{system}:{source_id}" if system else source_id for system, source_id in records.origins_of(labels)]
