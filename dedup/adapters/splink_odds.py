"""Splink on Spark weighs patterns of levels, class by class, by settings made of the model file."""

from __future__ import annotations

import logging
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.linkage.as_splink import PATTERN, Settings, level_column, settings_of
from dedup.linkage.columns import Ints
from dedup.linkage.levels import FIELDS, Codes
from dedup.linkage.model import Model
from dedup.linkage.scoring import Floats

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class SplinkOdds:
    """Tells the odds of patterns as `scoring.log_odds` does (`deciding_pairs.Odds`), in a directory of so many records."""

    def __init__(self, session: SparkSession, model: Model, records: tuple[int, int]) -> None:
        from splink import SparkAPI

        self._session, self._model, self._records = session, model, records
        # Splink's own string distances are not used: levels are compared before it is asked.
        self._api = SparkAPI(spark_session=session, break_lineage_method="persist", register_udfs_automatically=False)

    def __call__(self, kind: int, codes: Codes) -> Floats:
        """Answer classes × patterns."""
        weights, records = self._model.kind(kind), self._records[kind]
        if not len(codes):
            return np.zeros((len(weights.classes), 0))
        # To Splink a pattern is a pair of two records, each of which has its levels.
        sides = [self._api.register(self._session.createDataFrame(_table(codes))) for _ in range(2)]
        classes = [self._weighed(settings_of(weights, name, records), sides) for name in weights.classes]
        odds = np.full((len(classes), len(codes)), np.nan)
        for at, (patterns, said) in enumerate(classes):
            odds[at, patterns] = said
        return odds

    def _weighed(self, settings: Settings, sides: list[Any]) -> tuple[Ints, Floats]:
        """Patterns, and the odds that Splink's match weights are."""
        from splink import Linker

        linker = Linker(sides, settings, log_level=logging.ERROR)
        predicted = linker.inference.predict(warning_mode="never").as_spark_dataframe()
        found = predicted.select(f"{PATTERN}_l", "match_weight").toArrow()
        return found.column(f"{PATTERN}_l").to_numpy(), found.column("match_weight").to_numpy() * log(2)


def _table(codes: Codes) -> object:
    import pyarrow as pa

    levels = {level_column(field): codes[:, at].astype(np.int32) for at, field in enumerate(FIELDS)}
    return pa.table({PATTERN: np.arange(len(codes), dtype=np.int64), **levels})
