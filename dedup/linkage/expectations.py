"""What is expected of levels before any data are seen: where training starts, and what holds it where data are few.

Round figures of experience, not of one set: a few dozen pairs of one's own outweigh them.
"""

from __future__ import annotations

SAME: dict[str, dict[str, float]] = {
    "name": {"differs": 0.05, "other form": 0.004, "near": 0.01, "slip": 0.08, "equal": 0.856},
    "given": {"differs": 0.02, "initial": 0.06, "near": 0.01, "slip": 0.05, "equal": 0.86},
    "middle": {"differs": 0.02, "initial": 0.06, "near": 0.01, "slip": 0.05, "equal": 0.86},
    "birth": {"differs": 0.01, "part": 0.015, "slip": 0.04, "equal": 0.935},
    "tax_id": {"differs": 0.01, "slip": 0.05, "equal": 0.94},
    "phone": {"differs": 0.2, "slip": 0.05, "equal": 0.75},
    "email": {"differs": 0.1, "equal": 0.9},
    "account": {"differs": 0.1, "slip": 0.03, "equal": 0.87},
    "contract": {"differs": 0.06, "slip": 0.01, "equal": 0.93},
    "premises": {"differs": 0.15, "equal": 0.85},
    "dwelling": {"differs": 0.08, "street": 0.03, "house": 0.05, "numbers": 0.04, "equal": 0.8},
    "place": {"differs": 0.38, "near": 0.02, "town": 0.2, "postcode": 0.2, "both": 0.2},
    "namesake": {"unlikely": 0.6, "possible": 0.32, "named so": 0.08},
}
_SHARED: dict[str, dict[str, float]] = {
    "tax_id": {"differs": 0.9948, "slip": 0.005, "equal": 0.0002},
    "phone": {"differs": 0.6, "slip": 0.02, "equal": 0.38},
    "email": {"differs": 0.8, "equal": 0.2},
    "account": {"differs": 0.988, "slip": 0.01, "equal": 0.002},
    "contract": {"differs": 0.993, "slip": 0.005, "equal": 0.002},
    "premises": {"differs": 0.1, "equal": 0.9},
    "dwelling": {"differs": 0.1, "street": 0.02, "house": 0.08, "numbers": 0.04, "equal": 0.76},
    "place": {"differs": 0.38, "near": 0.02, "town": 0.2, "postcode": 0.2, "both": 0.2},
    "namesake": {"unlikely": 0.6, "possible": 0.32, "named so": 0.08},
}
"""What people share who share a home or a telephone."""
_OTHER_NAME = {"differs": 0.945, "initial": 0.03, "near": 0.01, "slip": 0.01, "equal": 0.005}
_OTHER_BIRTH = {"differs": 0.968, "part": 0.025, "slip": 0.0065, "equal": 0.0005}
RELATED: dict[str, dict[str, dict[str, float]]] = {
    "kin": _SHARED
    | {
        "name": {"differs": 0.25, "other form": 0.3, "near": 0.01, "slip": 0.04, "equal": 0.4},
        "given": _OTHER_NAME,
        "middle": {"differs": 0.7, "initial": 0.04, "near": 0.01, "slip": 0.02, "equal": 0.23},
        "birth": _OTHER_BIRTH,
    },
    "twin": _SHARED
    | {
        "name": {"differs": 0.03, "other form": 0.15, "near": 0.01, "slip": 0.08, "equal": 0.73},
        "given": _OTHER_NAME,
        "middle": {"differs": 0.3, "initial": 0.06, "near": 0.01, "slip": 0.03, "equal": 0.6},
        "birth": {"differs": 0.01, "part": 0.02, "slip": 0.04, "equal": 0.93},
    },
    "namesake": _SHARED
    | {
        "name": SAME["name"],
        "given": SAME["given"],
        "middle": {"differs": 0.4, "initial": 0.06, "near": 0.01, "slip": 0.03, "equal": 0.5},
        "birth": _OTHER_BIRTH,
        "namesake": {"unlikely": 0.04, "possible": 0.5, "named so": 0.46},
    },
}
"""The related class knows three kinds of people: relatives of another name and age, twins, and father and son of one name."""
OTHER_NAMES = ("kin", "twin")
"""The kinds that have given names of their own."""
FIXED = ("given", "birth", "tax_id")
"""What makes these kinds what they are, and is not fitted: else doubles with a spoilt date would pass for a family."""
FIXED_FIRMS = ("given", "birth")
"""Of firms: branches may well have one tax id."""
MOST_OF_KIN = {"twin": 0.4, "namesake": 0.4}
"""Twins and namesakes live in families: so many pairs of them at the most for each pair of other relatives."""
MOST_OF_SAME = {"given": 0.004, "birth": 0.012}
"""Where there are families, so many records of one person at the most differ in this: else twins pass for slips."""
_OF_FIRMS = _SHARED | {"birth": _OTHER_BIRTH}
_OF_ONE_NAME = _OF_FIRMS | {
    "tax_id": {"differs": 0.6, "slip": 0.01, "equal": 0.39},
    "name": {"differs": 0.02, "other form": 0.01, "near": 0.05, "slip": 0.07, "equal": 0.85},
    "given": {"differs": 0.1, "equal": 0.9},
}
RELATED_FIRMS: dict[str, dict[str, dict[str, float]]] = {
    "kin": _OF_FIRMS
    | {
        "tax_id": {"differs": 0.99, "slip": 0.005, "equal": 0.005},
        "name": {"differs": 0.6, "other form": 0.01, "near": 0.35, "slip": 0.02, "equal": 0.02},
        "given": {"differs": 0.3, "equal": 0.7},
        "middle": {"differs": 0.1, "equal": 0.9},
    },
    "branch": _OF_ONE_NAME
    | {
        "middle": {"differs": 0.98, "equal": 0.02},
    },
    "elsewhere": _OF_ONE_NAME
    | {
        "middle": {"differs": 0.1, "equal": 0.9},
        "phone": {"differs": 0.85, "slip": 0.02, "equal": 0.13},
        "premises": {"differs": 0.99, "equal": 0.01},
        "dwelling": {"differs": 0.96, "street": 0.02, "house": 0.01, "numbers": 0.005, "equal": 0.005},
    },
}
"""Sisters of one firm have another name, branches another number in it or another place: one that has neither is the firm."""
FIXED_OF_FIRMS = {"kin": ("name",), "branch": ("middle",), "elsewhere": ("dwelling",)}
"""What makes each of these kinds what it is."""
UNRELATED: dict[str, dict[str, float]] = {
    "name": {"other form": 1e-3, "near": 2e-3, "slip": 5e-4, "equal": 4e-4},
    "given": {"initial": 5e-3, "near": 2e-3, "slip": 1e-3, "equal": 1e-2},
    "middle": {"initial": 5e-3, "near": 2e-3, "slip": 1e-3, "equal": 1e-2},
    "birth": {"part": 2e-3, "slip": 8e-4, "equal": 4e-5},
    "tax_id": {"slip": 1e-7, "equal": 1e-8},
    "phone": {"slip": 3e-7, "equal": 3e-8},
    "email": {"equal": 3e-8},
    "account": {"slip": 3e-7, "equal": 3e-8},
    "contract": {"slip": 3e-7, "equal": 3e-8},
    "premises": {"equal": 3e-7},
    "dwelling": {"street": 2e-3, "house": 1e-4, "numbers": 1e-5, "equal": 1e-7},
    "place": {"near": 1e-2, "town": 5e-2, "postcode": 1e-3, "both": 1e-3},
    "namesake": {"possible": 0.4, "named so": 0.08},
}
SAME_A_RECORD, RELATED_A_RECORD = 0.5, 0.5
