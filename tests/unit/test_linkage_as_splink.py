"""A model file as settings of Splink: what they weigh is what the model weighs, worked out without Splink here."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pytest

from dedup.guard_models import shipped
from dedup.linkage.as_splink import settings_of
from dedup.linkage.levels import FIELDS, SIZES
from dedup.linkage.model import KINDS
from dedup.linkage.scoring import judged, log_odds, score


def _weighed(settings: dict[str, Any], levels: list[int]) -> float:
    """As Splink does: the prior and, field by field, the first level whose condition holds; in bits."""
    chance = settings["probability_two_random_records_match"]
    total = math.log2(chance / (1 - chance))
    for comparison, level in zip(settings["comparisons"], levels, strict=True):
        column = f"level_{comparison['output_column_name']}_l"
        holds = [one for one in comparison["comparison_levels"] if one["sql_condition"] == f"{column} = {level}"]
        assert len(holds) == 1
        if not holds[0].get("is_null_level"):
            total += math.log2(holds[0]["m_probability"] / holds[0]["u_probability"])
    return total


@pytest.mark.parametrize("kind", range(len(KINDS)))
@pytest.mark.parametrize("records", [3, 20_000, 100_000_000])
def test_each_class_weighs_in_splink_what_it_weighs_here(kind: int, records: int) -> None:
    model = shipped().kind(kind)
    random = np.random.default_rng(7)
    codes = np.stack([random.integers(0, size, 400) for size in SIZES], axis=1).astype(np.uint8)
    odds = log_odds(codes, model, records)
    for name, ours in zip(model.classes, odds, strict=True):
        settings = json.loads(json.dumps(settings_of(model, name, records)))
        said = [_weighed(settings, levels) for levels in codes.tolist()]
        assert np.abs(np.array(said) - ours / math.log(2)).max() < 1e-9, name


def test_every_level_of_every_field_is_in_the_settings() -> None:
    settings = settings_of(shipped().persons, "same", 1000)
    for field, comparison in zip(FIELDS, settings["comparisons"], strict=True):
        levels = comparison["comparison_levels"]
        assert [one["label_for_charts"] for one in levels] == list(field.levels)
        assert [int(re.findall(r"\d+$", one["sql_condition"])[0]) for one in levels] == list(range(len(levels)))


def test_odds_that_differ_by_the_order_of_adding_say_the_same_to_the_last_bit() -> None:
    model = shipped().persons
    random = np.random.default_rng(8)
    codes = np.stack([random.integers(0, size, 5_000) for size in SIZES], axis=1).astype(np.uint8)
    odds = log_odds(codes, model, 20_000)
    nudged = judged(codes, model, odds + random.uniform(-1e-12, 1e-12, odds.shape))
    assert np.array_equal(nudged.same, score(codes, model, 20_000).same)
