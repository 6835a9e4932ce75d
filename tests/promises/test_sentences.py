"""Every sentence that the rooms say themselves can be said in each language of the pages, with all that it tells."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.problems import TABLE
from api.wording import LANGUAGES, Wording, wording
from archive.sentences import QUOTED, STABLE_WORDS, Sentence, quoted, restored, say, stored

_ROOT = Path(__file__).parents[2]
_ROOMS = ("archive", "dedup", "search", "cases", "intake", "api")
_OTHERS = [language for language in LANGUAGES if language != "en"]
_LETTERS = {"ru": re.compile("[а-яё]")}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for room in _ROOMS:
        for path in sorted((_ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                    yield f"{path.relative_to(_ROOT)}:{node.lineno}", node


def _templates() -> dict[str, ast.Call]:
    return {call.args[0].value: call for _where, call in _calls() if isinstance(call.args[0], ast.Constant)}


def _places(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


def test_every_template_is_written_out_where_it_is_said() -> None:
    hidden = [
        where for where, call in _calls() if not (isinstance(call.args[0], ast.Constant) and str(call.args[0].value))
    ]
    assert hidden == [], "say() takes its template as a text written out, with the values as keywords"


def test_every_sentence_is_given_exactly_the_values_that_it_names() -> None:
    odd = [
        where
        for where, call in _calls()
        if {keyword.arg for keyword in call.keywords} != _places(call.args[0].value)  # type: ignore[attr-defined]
    ]
    assert odd == []


@pytest.mark.parametrize("language", _OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    known = wording(language).sentences
    said = _templates()
    assert len(said) > 50
    assert sorted(template for template in said if template not in known) == []


@pytest.mark.parametrize("language", _OTHERS)
def test_no_translation_is_still_english(language: str) -> None:
    known = wording(language).sentences
    assert [template for template, forms in known.items() if not all(map(_LETTERS[language].search, forms))] == []


@pytest.mark.parametrize("language", _OTHERS)
def test_a_translation_tells_all_that_the_sentence_tells(language: str) -> None:
    poorer = [
        template
        for template, forms in wording(language).sentences.items()
        if any(_places(form) != _places(template) for form in forms)
    ]
    assert poorer == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stable_words_in_sentences_have_names(language: str) -> None:
    texts = wording(language).texts
    for group in STABLE_WORDS - {"type", "other_type"}:
        assert any(key.startswith(f"{group}.") for key in texts), group


def test_errors_that_a_page_may_show_are_said_in_sentences() -> None:
    named = {error.__name__ for error in TABLE}
    bare = [
        f"{path.relative_to(_ROOT)}:{node.lineno}"
        for path in _shown_on_pages()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in named
        if node.args and _is_text(node.args[-1])
    ]
    assert bare == []


def _shown_on_pages() -> Iterator[Path]:
    """The modules whose refusals a clerk may meet on a page."""
    for room in ("api/http", "api/pages", "archive/showing"):
        yield from (_ROOT / room).rglob("*.py")
    for pattern in ("intake/deci*.py", "intake/recut*.py", "intake/casing.py", "api/signing_in.py", "api/reading*.py"):
        yield from _ROOT.glob(pattern)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_a_sentence_is_kept_with_its_values_and_told_in_each_language() -> None:
    told = (say("{datum} {value} is theirs", datum="account", value="5510"), say("it greets somebody"))
    assert restored(stored(told)) == told
    assert [str(one) for one in told] == ["account 5510 is theirs", "it greets somebody"]
    assert wording("en").told(told) == "Account 5510 is theirs; it greets somebody"
    russian = wording("ru").told(told)
    assert russian.startswith("Лицевой счёт 5510")
    assert "; " in russian


def test_a_number_takes_the_form_that_the_language_asks_for() -> None:
    def bearers(t: Wording, count: int) -> str:
        return t.say(say("{name} is their name; {count} of the customers bear it", name="А", count=count))

    russian = wording("ru")
    assert [bearers(russian, count).rpartition(" ")[2] for count in (1, 2, 5)] == ["клиента", "клиентов", "клиентов"]


def test_words_that_are_not_ours_are_kept_and_left_out_of_what_we_say() -> None:
    strange = quoted(ValueError("xref table not found at {offset}"))
    assert restored(stored((strange,))) == (strange,)
    assert str(strange) == "xref table not found at {offset}"
    assert wording("ru").told((strange,)) == ""
    assert strange.template == QUOTED


def test_an_unknown_template_is_told_in_english_rather_than_not_at_all() -> None:
    assert wording("ru").say(Sentence("an older wording of {what}", (("what", "7"),))) == "an older wording of 7"
