"""How well the type is told on wordings never seen.

    python benchmarks/type_unseen.py [WORLD …]

Prints macro-F1 by language over folds that hold out whole wordings, together with half of the fillers, openings,
closings and clauses that stand around them. A WORLD is a folder with truth/documents.csv: the shipped model is measured
on its letters' bodies and on their full texts; nothing is ever trained on one.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from intake.classifying import decide
from intake.classifying.deciding import MIN_CONFIDENCE, MIN_MARGIN, probabilities
from intake.classifying.features import see
from intake.classifying.kinds import codes
from intake.classifying.train import FOLDS, fit, fit_temperature, fold_of, letters_of
from intake.classifying.wordings import LANGUAGES, Wording, surroundings, wordings

SPLIT = ("openings", "fillers", "closings", "clauses", "sender_heads", "own_heads", "authority_heads")
NOT_TYPES = frozenset({"none", "not_a_request", ""})


def _half(which: int) -> Mapping[str, Mapping[str, Any]]:
    halves = {}
    for language in LANGUAGES:
        around = dict(surroundings(language))
        for key in SPLIT:
            around[key] = [text for at, text in enumerate(around[key]) if at % 2 == which]
        halves[language] = around
    return halves


def _letters(chosen: Sequence[Wording], which: int) -> list[list[Any]]:
    around = _half(which)
    return [[see(text) for text in letters_of(wording, around=around)] for wording in chosen]


def _report(rows: Sequence[tuple[str, str, str, float, float]], language: str) -> None:
    mine = [row for row in rows if row[0] == language]
    if not mine:
        return
    truth, told = [row[1] for row in mine], [row[2] for row in mine]
    each = f1_score(truth, told, average=None, labels=list(codes()), zero_division=0)
    sure = [row for row in mine if row[3] >= MIN_CONFIDENCE and row[4] >= MIN_MARGIN]
    print(f"{language}: letters {len(mine)}, macro-F1 {np.mean(each):.3f}", end="; ")
    print(f"certain {len(sure) / len(mine):.3f}, right among them {np.mean([r[1] == r[2] for r in sure]):.3f}")
    print("   " + ", ".join(f"{code} {value:.2f}" for code, value in zip(codes(), each, strict=True)))


def grouped_folds(folds: int = FOLDS) -> None:
    """Holds out whole wordings, fold by fold, and prints macro-F1 by language."""
    chosen = wordings()
    train_letters, test_letters = _letters(chosen, 0), _letters(chosen, 1)
    rows, raw, truth = [], [], []
    for fold in range(folds):
        train = [(s, w.code) for w, g in zip(chosen, train_letters, strict=True) if fold_of(w) != fold for s in g]
        model = fit([s for s, _ in train], [code for _, code in train])
        for wording, group in zip(chosen, test_letters, strict=True):
            if fold_of(wording) == fold:
                for seen in group:
                    raw.append(model.scores(seen))
                    truth.append(model.codes.index(wording.code))
                    rows.append(wording)
    scores = np.array(raw) / fit_temperature(np.array(raw), np.array(truth))
    told = []
    for wording, score in zip(rows, scores, strict=True):
        shares = np.sort(probabilities(score))
        told.append(
            (wording.language, wording.code, model.codes[int(score.argmax())], shares[-1], shares[-1] - shares[-2])
        )
    for language in LANGUAGES:
        _report(told, language)


def world(folder: Path, verbose: bool) -> None:
    """Prints macro-F1 of the shipped model on a world's letters: bodies alone, then full texts."""
    with (folder / "truth/documents.csv").open(encoding="utf-8", newline="") as file:
        letters = [row for row in csv.DictReader(file) if row["document_type"] not in NOT_TYPES]
    for column in ("text", "fulltext"):
        rows = []
        for row in letters:
            text = (folder / row[column]).read_text(encoding="utf-8")
            decision = decide(text)
            told = decision.document_type
            rows.append(("all", row["document_type"], told, decision.confidence, decision.margin))
            if verbose and told != row["document_type"]:
                print("  ", column, row["id"], row["document_type"], "->", told, round(decision.confidence, 2))
        print(f"{folder.name}/{column}:", end=" ")
        _report(rows, "all")


def speed() -> None:
    """Prints milliseconds a letter of one page."""
    texts = [letters_of(wording, 1)[0] for wording in wordings()[::7]]
    decide(texts[0])
    begun = time.process_time()
    for text in texts:
        decide(text)
    print(f"{(time.process_time() - begun) / len(texts) * 1000:.2f} ms a letter, CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="*", type=Path)
    parser.add_argument("--errors", action="store_true", help="name the letters of a world that were told wrong")
    parser.add_argument("--no-folds", action="store_true", help="only the worlds")
    asked = parser.parse_args()
    if not asked.no_folds:
        grouped_folds()
    for folder in asked.worlds:
        world(folder, asked.errors)
    speed()


if __name__ == "__main__":
    main()
