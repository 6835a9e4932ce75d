"""Every text of the pages is there in both languages, is used, and takes the same values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import intake
from api.pages.letter_view import FAIR_BITS, STRONG_BITS
from api.problems import TABLE
from api.wording import LANGUAGES, chosen_language, wording
from archive.sentences import STABLE_WORDS
from archive.showing.letters import NAMES_ANOTHER
from intake.deciding import REJECT_REASONS

_PAGES = Path(__file__).parents[2] / "api"
_NAMED = re.compile(r"""\bt(?:\.many)?\(\s*['"]([\w.]*\w)['"]""")
_GROUPED = re.compile(r"""\bt\(\s*['"]([\w.]+\.)['"] ?~""")
_WORDS = re.compile(r"""\.word\(\s*['"]([\w.]+)['"]""")
_QUOTED = re.compile(r"""['"]([\w.]+)['"]""")


def _sources() -> str:
    files = [*_PAGES.rglob("*.html"), *_PAGES.rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_both_languages_have_the_same_texts() -> None:
    first, *others = (set(wording(language).texts) for language in LANGUAGES)
    for other in others:
        assert first == other


def test_every_text_takes_the_same_values_in_every_language() -> None:
    def values(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    english, russian = wording("en").texts, wording("ru").texts
    odd = [
        key
        for key in english
        if {*map(frozenset, map(values, english[key]))} != {*map(frozenset, map(values, russian[key]))}
    ]
    assert odd == []


def test_no_text_is_empty() -> None:
    for language in LANGUAGES:
        assert [key for key, forms in wording(language).texts.items() if not all(forms)] == []


def test_every_text_that_a_page_names_is_there() -> None:
    named = set(_NAMED.findall(_sources()))
    assert len(named) > 100
    assert named - set(wording("en").texts) == set()


def test_every_text_is_used() -> None:
    source = _sources()
    named = set(_QUOTED.findall(source))
    groups = {*_GROUPED.findall(source), *(f"{group}." for group in _WORDS.findall(source)), "state.", "arrival_state."}
    groups |= {f"{word}." for word in STABLE_WORDS}
    built = (
        "unit.",
        "health.",
        "engine.",
        "search.effort.",
        "key.",
        "nav.",
        "ground.",
        "facet.",
        "search.in.",
        "ledger.list.",
    )
    unused = [key for key in wording("en").texts if key not in named and not key.startswith((*groups, *built))]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_and_reason_of_the_desk_has_words(language: str) -> None:
    texts = wording(language).texts
    assert [
        error.code for error in TABLE if f"error.{error.code}" not in texts or f"error.safe.{error.code}" not in texts
    ] == []
    assert [reason for reason in (*REJECT_REASONS, *NAMES_ANOTHER) if f"reason.{reason}" not in texts] == []


def test_every_reason_that_intake_gives_has_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(intake.__file__).parent.rglob("*.py"))
    given = set(re.findall(r"""(?:Unreadable|LimitExceeded|_review\(\w+,|Verdict\("\w+",)\(?\s*"([a-z_]+)\"""", source))
    assert len(given) > 15
    assert sorted(reason for reason in given if f"reason.{reason}" not in wording("en").texts) == []


def test_numbers_take_the_right_form() -> None:
    russian, english = wording("ru"), wording("en")
    told = [russian.many("search.documents", count) for count in (1, 2, 5, 11, 12, 21, 22, 112)]
    assert [words.split()[-1] for words in told] == [
        "документ",
        "документа",
        "документов",
        "документов",
        "документов",
        "документ",
        "документа",
        "документов",
    ]
    assert english.many("search.documents", 1) == "1 document"
    assert english.many("search.documents", 12_345) == "12,345 documents"


def test_days_and_sizes_are_written_as_people_write_them() -> None:
    russian, english = wording("ru"), wording("en")
    assert (english.day("2026-03-08"), russian.day("2026-03-08")) == ("8 Mar 2026", "8 мар. 2026")
    assert (english.size(999), english.size(14_400), russian.size(2_500_000)) == ("999 B", "14 kB", "2,5 МБ")
    assert english.percent(0.999) == "99%", "nothing short of certain is called 100 %"


def test_a_language_is_chosen_by_the_first_wish_that_we_have() -> None:
    assert chosen_language("", "de,ru;q=0.7,en;q=0.5") == "ru"
    assert chosen_language("ru", "en") == "ru"
    assert chosen_language("", "", "de;q=x") == "en"
    assert STRONG_BITS > FAIR_BITS
