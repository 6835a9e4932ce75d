"""Weights without labels: three classes fitted to how often each pattern of levels is met, the unrelated one not fitted.

Source: Fellegi and Sunter (1969) for the model, Winkler (1988) for EM on counts of patterns; a third class for people
who share a contact, and an unrelated class whose rates and mass are known, are this project's (findings of ADR 0052).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.linkage.chance import FIRST_EQUAL, Chance, Floats, expected_levels
from dedup.linkage.expectations import (
    FIXED,
    FIXED_FIRMS,
    FIXED_OF_FIRMS,
    MOST_OF_KIN,
    MOST_OF_SAME,
    OTHER_NAMES,
    RELATED,
    RELATED_A_RECORD,
    RELATED_FIRMS,
    SAME,
    SAME_A_RECORD,
)
from dedup.linkage.levels import FIELDS, GIVEN, SIZES, Codes
from dedup.linkage.model import KindModel, Rates
from dedup.linkage.records import PERSON

_ROUNDS, _STEPS = 4, 120
_STILL = 1e-7
_HELD_BY = 30.0
"""As many pairs of a class do its expectations weigh."""
_FEWEST = 0.01
_MANY_KIN = 0.05
_AT = {field.name: at for at, field in enumerate(FIELDS)}
_FAMILIES = 2e-3
"""Namesakes for each pair of one person, from which the data are said to show families."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct rows of levels, and how many pairs have each."""

    codes: Codes
    counts: Floats


def fit(patterns: Patterns, chance: Chance, records: int, kind: int) -> KindModel:
    """Answer the weights that explain these candidate pairs best, of so many records of one kind."""
    expected, fixed = _expected(chance, kind), _fixed(kind)
    state = _State(expected, np.array([SAME_A_RECORD] + [RELATED_A_RECORD] * (len(expected) - 1)) * max(records, 1))
    unrelated = chance.rates(tuple(np.zeros(size) for size in SIZES))
    for _ in range(_ROUNDS):
        state, shares = _fitted(patterns, chance, unrelated, expected, state, fixed)
        weight = patterns.counts * shares.sum(axis=0)
        unrelated = chance.rates(tuple(_by_level(patterns.codes[:, i], weight, s) for i, s in enumerate(SIZES)))
    names = list(expected)
    masses = {n: float(m) for n, m in zip(names, state.masses, strict=True)}
    return KindModel(
        {n: _as_rates(state.rates[n]) for n in names},
        {n: mass / max(records, 1) for n, mass in masses.items()},
        unrelated,
        needs_individual=masses.get("namesake", 0.0) > _FAMILIES * masses["same"],
    )


@dataclass(frozen=True, slots=True)
class _State:
    """Where EM stands: by class its rates, and how many pairs it has."""

    rates: dict[str, list[Floats]]
    masses: Floats


def _fixed(kind: int) -> dict[str, tuple[str, ...]]:
    """By class of related ones, the fields whose rates are held."""
    if kind == PERSON:
        return dict.fromkeys(RELATED, FIXED)
    return {name: FIXED_FIRMS + FIXED_OF_FIRMS[name] for name in RELATED_FIRMS}


def _expected(chance: Chance, kind: int) -> dict[str, list[Floats]]:
    if kind != PERSON:
        return {name: _start(table, chance) for name, table in {"same": SAME, **RELATED_FIRMS}.items()}
    related = {name: _other_names(table, chance) if name in OTHER_NAMES else table for name, table in RELATED.items()}
    return {name: _start(table, chance) for name, table in {"same": SAME, **related}.items()}


def _other_names(table: dict[str, dict[str, float]], chance: Chance) -> dict[str, dict[str, float]]:
    """Where relatives have names of their own, these are alike as they are by chance, and often enough those of one sex."""
    given = dict(table["given"])
    for name, fewest in _FEWEST_ALIKE.items():
        by_chance = chance.levels[GIVEN][FIELDS[GIVEN].levels.index(name)] / max(chance.known[GIVEN], 1.0)
        given[name] = min(given[name], _OF_ONE_SEX * by_chance + fewest)
    return table | {"given": given}


_OF_ONE_SEX = 2.0
_FEWEST_ALIKE = {"initial": 1e-3, "slip": 5e-4}


def _start(table: dict[str, dict[str, float]], chance: Chance) -> list[Floats]:
    found = [expected_levels(at, table[f.name], chance.spread[at]) for at, f in enumerate(FIELDS)]
    return [f / f.sum() for f in found]


def _fitted(
    patterns: Patterns,
    chance: Chance,
    unrelated: Rates,
    expected: dict[str, list[Floats]],
    state: _State,
    fixed: dict[str, tuple[str, ...]],
) -> tuple[_State, Floats]:
    """EM with the unrelated class held: its rates and its mass, all pairs there are. Answers the classes' shares too."""
    names_kin = list(expected).index("kin")
    by_chance = chance.pairs * np.exp(_log_rates(patterns.codes, [np.array(unrelated[f.name]) for f in FIELDS]))
    for _ in range(_STEPS):
        logs = [_log_rates(patterns.codes, rates) for rates in state.rates.values()]
        likely = state.masses[:, None] * np.exp(np.stack(logs))
        shares = likely / (likely.sum(axis=0) + by_chance)
        weights = patterns.counts * shares
        masses = _in_families(np.maximum(weights.sum(axis=1), _FEWEST), list(expected))
        rates = {
            name: _rates_of(patterns.codes, weights[i], expected[name], chance, fixed.get(name, ()))
            for i, name in enumerate(expected)
        }
        if masses[names_kin] > _MANY_KIN * masses[0]:
            rates["same"] = _capped(rates["same"])
        moved = np.abs(masses - state.masses).max()
        state = _State(rates, masses)
        if moved < _STILL * patterns.counts.sum():
            break
    return state, shares


def _capped(rates: list[Floats]) -> list[Floats]:
    """The rates of one person, who has one given name and one birth date but for rare mistakes."""
    found = list(rates)
    for name, most in MOST_OF_SAME.items():
        at = _AT[name]
        if rates[at][1] > most:
            rest = rates[at] * (1 - most) / (1 - rates[at][1])
            rest[1] = most
            found[at] = rest
    return found


def _in_families(masses: Floats, names: list[str]) -> Floats:
    """No more twins and namesakes than the other relatives there are allow for."""
    for name, most in MOST_OF_KIN.items():
        if name in names:
            at = names.index(name)
            masses[at] = min(masses[at], most * masses[names.index("kin")])
    return masses


def _log_rates(codes: Codes, rates: list[Floats]) -> Floats:
    total = np.zeros(len(codes))
    for at, field_rates in enumerate(rates):
        table = np.log(np.maximum(field_rates, 1e-12))
        table[0] = 0.0
        total += table[codes[:, at]]
    return total


def _rates_of(
    codes: Codes, weights: Floats, expected: list[Floats], chance: Chance, fixed: tuple[str, ...]
) -> list[Floats]:
    found = []
    for at, field in enumerate(FIELDS):
        if field.name in fixed:
            found.append(expected[at])
            continue
        seen = _by_level(codes[:, at], weights, SIZES[at])
        seen[0] = 0.0
        rates = seen + expected[at] * _HELD_BY
        first = FIRST_EQUAL[at]
        if SIZES[at] - first > 1:
            # How rare an agreeing name is says nothing of the class: names are met as often as people bear them.
            rates[first:] = rates[first:].sum() * chance.spread[at]
        found.append(rates / rates.sum())
    return found


def _by_level(levels: NDArray[np.uint8], weights: Floats, size: int) -> Floats:
    return np.bincount(levels, weights=weights, minlength=size).astype(np.float64)


def _as_rates(rates: list[Floats]) -> Rates:
    return {f.name: (1.0, *(float(r) for r in rates[at][1:])) for at, f in enumerate(FIELDS)}
