"""From a pattern of levels to probabilities, to what must never be joined, and to words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.linkage.chance import FIRST_EQUAL
from dedup.linkage.levels import (
    ACCOUNT,
    BIRTH,
    CONTRACT,
    DWELLING,
    EMAIL,
    FIELDS,
    GIVEN,
    MIDDLE,
    NAMESAKE,
    PHONE,
    PREMISES,
    SIZES,
    TAX_ID,
    Codes,
)
from dedup.linkage.model import SAME, KindModel, Rates

Floats = NDArray[np.float64]
Tables = dict[str, Floats]
UNRELATED = "unrelated"
LEAST_RATE = 1e-12
"""No level is rarer than this."""
_FIELDS = np.arange(len(FIELDS))


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says of some patterns. `vetoed`: never one; `individual`: something of the person alone agrees."""

    same: Floats
    related: dict[str, Floats]
    vetoed: NDArray[np.bool_]
    individual: NDArray[np.bool_]
    differs: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    """Whether the pair may be joined as it is, once it is likely enough: in families not on a name and a home alone."""

    @property
    def doubt(self) -> Floats:
        """How much likelier than one person a namesake is, where that is the only doubt; else infinite."""
        namesake = self.related.get("namesake")
        if namesake is None:
            return np.full(len(self.same), np.inf)
        alone = (self.same + namesake >= _ALONE) & ~self.vetoed
        return np.where(alone, namesake / np.maximum(self.same, 1e-12), np.inf)


_ALONE = 0.9


def score(codes: Codes, model: KindModel, records: int, tables: Tables | None = None) -> Scores:
    """Answer the scores of patterns of one kind, in a directory of so many records of that kind.

    `tables`: those of the model, from whoever asks often.
    """
    return judged(codes, model, log_odds(codes, model, records, tables))


def log_odds(codes: Codes, model: KindModel, records: int, tables: Tables | None = None) -> Floats:
    """Answer classes × patterns: the natural logarithm of how much likelier a class is than that the two are unrelated."""
    tables = tables or tables_of(model)
    unrelated = _bits(codes, tables[UNRELATED])
    return np.stack([prior(model, name, records) + _bits(codes, tables[name]) - unrelated for name in model.classes])


def prior(model: KindModel, name: str, records: int) -> float:
    """Answer the same before anything of a pair is known: as many pairs of the class, against all pairs there are."""
    count = max(records, 2)
    return float(np.log(max(model.pairs_a_record[name] * count, 1e-9)) - np.log(count * (count - 1) / 2))


def judged(codes: Codes, model: KindModel, odds: Floats) -> Scores:
    """Answer the scores of patterns whose odds (as `log_odds`) are known.

    Odds count to a millionth: engines that add in another order differ by less, and are to say the same to the last bit.
    """
    names = list(model.classes)
    logs = np.concatenate([np.round(odds, 6), np.zeros((1, len(codes)))])
    likely = np.exp(logs - np.max(logs, axis=0))
    likely /= likely.sum(axis=0)
    related = {n: likely[i] for i, n in enumerate(names) if n != SAME}
    individual = individually_agrees(codes)
    return Scores(
        likely[names.index(SAME)],
        related,
        _vetoed(codes, model, individual),
        individual,
        _differs(codes),
        _alone(codes, model, individual),
    )


def tables_of(model: KindModel) -> Tables:
    """Answer the logarithms (natural) of a model's rates: by class a table of fields × levels. A missing value says nothing."""
    return {name: _table(rates) for name, rates in [*model.classes.items(), (UNRELATED, model.unrelated)]}


def _table(rates: Rates) -> Floats:
    table = np.zeros((len(FIELDS), max(SIZES)))
    for at, field in enumerate(FIELDS):
        table[at, 1 : SIZES[at]] = np.log(np.maximum(np.array(rates[field.name][1:]), LEAST_RATE))
    return table


def _bits(codes: Codes, table: Floats) -> Floats:
    return np.asarray(table[_FIELDS, codes].sum(axis=1))


def individually_agrees(codes: Codes) -> NDArray[np.bool_]:
    """Answer where a birth date, tax id, account or contract agrees: what relatives do not share."""
    return np.asarray((codes[:, BIRTH] >= FIRST_EQUAL[BIRTH] - 1) | numbers_agree(codes))


def numbers_agree(codes: Codes) -> NDArray[np.bool_]:
    """Answer where a tax id, account or contract agrees."""
    agrees = np.zeros(len(codes), dtype=bool)
    for at in (TAX_ID, ACCOUNT, CONTRACT):
        agrees = agrees | (codes[:, at] >= FIRST_EQUAL[at])
    return np.asarray(agrees)


def _alone(codes: Codes, model: KindModel, individual: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if not model.needs_individual:
        return np.ones(len(codes), dtype=bool)
    reached = (codes[:, PHONE] >= FIRST_EQUAL[PHONE]) | (codes[:, EMAIL] >= FIRST_EQUAL[EMAIL])
    at_home = (codes[:, DWELLING] >= FIRST_EQUAL[DWELLING] - 1) | (codes[:, PREMISES] >= FIRST_EQUAL[PREMISES])
    no_namesake, maybe = codes[:, NAMESAKE] == 1, codes[:, NAMESAKE] == 2
    # A father's and a son's birth dates may differ in one digit, where nothing else is one's own.
    slip_of_his = (codes[:, NAMESAKE] == 3) & (codes[:, BIRTH] == FIRST_EQUAL[BIRTH] - 1)
    certain = individual & ~(slip_of_his & ~numbers_agree(codes))
    return np.asarray(certain | (no_namesake & (reached | at_home)) | (maybe & reached))


def _differs(codes: Codes) -> NDArray[np.bool_]:
    """Answer where something of the person alone differs, the middle name included."""
    differs = codes[:, BIRTH] == 1
    for at in (MIDDLE, TAX_ID, ACCOUNT, CONTRACT):
        differs = differs | (codes[:, at] == 1)
    return np.asarray(differs)


def _vetoed(codes: Codes, model: KindModel, individual: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Two tax ids; in families another birth date with another given name, or with nothing that is one's own."""
    other_birth = codes[:, BIRTH] == 1
    other = codes[:, TAX_ID] == 1
    if model.needs_individual:
        other = other | (other_birth & ((codes[:, GIVEN] == 1) | ~individual))
    return np.asarray(other)
