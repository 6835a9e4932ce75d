"""A model file as settings of Splink: each class beside "unrelated" is a model of two classes, and together they are ours.

Splink knows a match and no match. The odds of our classes against "unrelated" are each of that shape: a prior, and for each
field a level with m (the class) and u (unrelated). So one settings object a class says all that the model says, and the
probability of "same" is its odds over those of all classes.
"""

from __future__ import annotations

from math import exp
from typing import Any

from dedup.linkage.levels import FIELDS, Field
from dedup.linkage.model import KindModel
from dedup.linkage.scoring import LEAST_RATE, UNRELATED, prior

Settings = dict[str, Any]
PATTERN = "pattern"
"""The column by which the two sides of a pattern find each other."""


def level_column(field: Field) -> str:
    """Answer the column that holds a field's level."""
    return f"level_{field.name}"


def settings_of(model: KindModel, name: str, records: int) -> Settings:
    """Answer Splink's settings that weigh one class (`same`, `kin`, …) against unrelated, among so many records."""
    odds = exp(prior(model, name, records))
    return {
        "link_type": "link_only",
        "sql_dialect": "spark",
        "unique_id_column_name": PATTERN,
        "blocking_rules_to_generate_predictions": [f"l.{PATTERN} = r.{PATTERN}"],
        "probability_two_random_records_match": odds / (1 + odds),
        "comparisons": [_comparison(field, model, name) for field in FIELDS],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "linker_uid": f"dossier_{name}_{UNRELATED}",
    }


def _comparison(field: Field, model: KindModel, name: str) -> Settings:
    column = level_column(field)
    missing = {"sql_condition": f"{column}_l = 0", "label_for_charts": field.levels[0], "is_null_level": True}
    levels = [
        {
            "sql_condition": f"{column}_l = {at}",
            "label_for_charts": label,
            "m_probability": max(model.classes[name][field.name][at], LEAST_RATE),
            "u_probability": max(model.unrelated[field.name][at], LEAST_RATE),
        }
        for at, label in enumerate(field.levels)
        if at
    ]
    return {"output_column_name": field.name, "comparison_levels": [missing, *levels]}
