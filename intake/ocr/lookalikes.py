"""Letters that look alike in the Cyrillic and the Latin alphabet, folded by the majority of their word.

Engines that know both alphabets mix them: a Latin `a` inside a Russian word looks right and is never found.
Only pairs that look the same in print are exchanged, and only inside a word whose other letters leave no doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

LATIN = "AaBCcEeHKMOoPpTXxyk"
CYRILLIC = "АаВСсЕеНКМОоРрТХхук"
TO_CYRILLIC = str.maketrans(LATIN, CYRILLIC)
TO_LATIN = str.maketrans(CYRILLIC, LATIN)
_LATIN_LETTER = re.compile("[A-Za-z]")
_CYRILLIC_LETTER = re.compile("[А-Яа-яЁё]")
_ADDRESS = re.compile(r"@|www\.|://")
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_YEAR_MARK = re.compile("r[.,;:]*")
STROKES = ("|", "l", "!")
CLEAR_LETTERS = 5
_RUN = re.compile("[A-Za-zА-Яа-яЁё0-9]+")
_INNER_ZERO = re.compile("(?<=[а-яё])0(?=[а-яё])|(?<=[a-z])0(?=[a-z])")
_INNER_THREE = re.compile("(?<=[а-яё])3(?=[а-яё])")


def fold_line(words: Sequence[str]) -> list[str]:
    """The words of one line, each in one alphabet where that is certain, by itself or by the rest of its line.

    A run made only of letters that both alphabets have follows its line where that has one alphabet throughout.
    Addresses of mail and web are left as they are.
    """
    folded = [word if _ADDRESS.search(word) else fold_word(word) for word in words]
    runs = [run for word in folded for run in _RUN.findall(word)]
    only_latin = sum(char not in LATIN for run in runs for char in run if _LATIN_LETTER.match(char))
    only_cyrillic = sum(char not in CYRILLIC for run in runs for char in run if _CYRILLIC_LETTER.match(char))
    if only_cyrillic >= CLEAR_LETTERS and not only_latin:
        return [word.translate(TO_CYRILLIC) for word in folded]
    if only_latin >= CLEAR_LETTERS and not only_cyrillic:
        return [_with_capital_i(word.translate(TO_LATIN), after) for word, after in pairwise([*folded, ""])]
    return [_with_year_mark(word, before) for before, word in pairwise(["", *folded])]


def _with_capital_i(word: str, after: str) -> str:
    """A lone stroke before a small letter is the pronoun; a table's rule stands before capitals and figures."""
    return "I" if word in STROKES and after[:1].islower() else word


def _with_year_mark(word: str, before: str) -> str:
    """Latin `r.` after a year stands for the Russian abbreviation, which looks like it in slanted or small print."""
    return "г" + word[1:] if _YEAR_MARK.fullmatch(word) and _YEAR.fullmatch(before) else word


def fold_word(word: str) -> str:
    """The word with each run of letters in one alphabet, where that is certain; else as it was."""
    return _RUN.sub(lambda run: _fold_run(run.group()), word)


def _fold_run(run: str) -> str:
    latin = [char for char in run if _LATIN_LETTER.match(char)]
    cyrillic = [char for char in run if _CYRILLIC_LETTER.match(char)]
    if latin and cyrillic:
        run = _to_one_alphabet(run, latin, cyrillic)
    run = _INNER_ZERO.sub(lambda zero: "о" if _CYRILLIC_LETTER.search(run) else "o", run)
    return _INNER_THREE.sub("з", run)


def _to_one_alphabet(run: str, latin: list[str], cyrillic: list[str]) -> str:
    """Letters that exist in one alphabet only decide; where both alphabets have such, nothing is touched."""
    only_latin = sum(char not in LATIN for char in latin)
    only_cyrillic = sum(char not in CYRILLIC for char in cyrillic)
    if only_latin and only_cyrillic:
        return run
    if only_latin or only_cyrillic:
        return run.translate(TO_CYRILLIC if only_cyrillic else TO_LATIN)
    if len(latin) == len(cyrillic) or any(char.isdigit() for char in run):
        return run
    return run.translate(TO_CYRILLIC if len(cyrillic) > len(latin) else TO_LATIN)
