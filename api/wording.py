"""The texts of the pages in each language, and dates, numbers and sizes as people of that language write them.

One gettext catalogue a language, `locales/<language>/texts.po`, is read as it is: there is nothing to compile. Texts
are named by what they are for (`desk.empty`), so that both languages are translations and neither is the key. The
sentences that the rooms below say themselves (`archive/sentences.py`) are English there; `sentences.po` has them in the
other languages, under their English templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

from archive.sentences import QUOTED, STABLE_WORDS, Sentence, Told
from intake.classifying.kinds import kinds

LANGUAGES = ("en", "ru")
_FOLDER = Path(__file__).parent / "locales"
_TYPES = frozenset({"type", "other_type"})
_AN_HOUR_S, _A_DAY_S, _A_MONTH_S = 3600, 86400, 30 * 86400


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that a page says in one language."""

    language: str
    locale: Locale
    texts: Mapping[str, tuple[str, ...]]
    sentences: Mapping[str, tuple[str, ...]]

    def __call__(self, key: str, **values: object) -> str:
        """The text of this name with its values put in. Raises KeyError for a name that the catalogue has not."""
        text = self.texts[key][0]
        return text.format_map(values) if values else text

    def many(self, key: str, count: int, **values: object) -> str:
        """The text of this name in the form that the number asks for: `{count}` is the number as people write it."""
        forms = self.texts[key]
        return forms[_plural(self.language, count, len(forms))].format_map({"count": self.number(count), **values})

    def say(self, sentence: Sentence) -> str:
        """A sentence of the rooms below; in English where the catalogue has not got it."""
        values = dict(sentence.values)
        forms = self.sentences.get(sentence.template, (sentence.template,))
        count = values.get("count")
        form = forms[_plural(self.language, count, len(forms))] if isinstance(count, int) else forms[0]
        return form.format_map({name: self._named(name, value) for name, value in values.items()})

    def told(self, told: Told) -> str:
        """An explanation as one text that begins like a sentence; '' for none.

        Words that are not ours to translate are English: pages in other languages leave them out, the reason says enough.
        """
        english = self.language == "en"
        words = "; ".join(self.say(one) for one in told if english or one.template != QUOTED)
        return words[:1].upper() + words[1:]

    def _named(self, name: str, value: str | int) -> str:
        """A value as it is shown: a stable word by its name."""
        if isinstance(value, int):
            return self.number(value) if name == "count" else str(value)
        if name in _TYPES:
            return self.type_name(value)
        return self.word(name, value) if name in STABLE_WORDS else value

    def word(self, group: str, value: str) -> str:
        """The name of a stable word (`word("state", "filed")`); the word itself where the catalogue has no name."""
        found = self.texts.get(f"{group}.{value}")
        return found[0] if found else value.replace("_", " ")

    def type_name(self, code: str) -> str:
        """The name of a kind of letter."""
        return _type_names(self.language).get(code, code.replace("_", " ")) if code else self("type.none")

    def day(self, value: str | date | None) -> str:
        """A day as people write it; a moment is shown by its day."""
        return _day(self.language, value[:10] if isinstance(value, str) else value) if value else ""

    def moment(self, value: str | None, zone: str) -> str:
        """A moment (UTC text) with its time on the clock of this zone (IANA name)."""
        if not value:
            return ""
        local = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
        return str(dates.format_datetime(local, "d MMM y, HH:mm", locale=self.locale))

    def ago(self, value: str | None, now: datetime | None = None) -> str:
        """How long ago a day or a moment was, in one unit."""
        if not value:
            return ""
        then = datetime.fromisoformat(value)
        passed = (now or datetime.now(UTC)) - (then if then.tzinfo else then.replace(tzinfo=UTC))
        if len(value) == 10 and 0 <= passed.total_seconds() < _A_DAY_S:
            return self("today")
        return str(dates.format_timedelta(-passed, locale=self.locale, add_direction=True, threshold=0.95))

    def age(self, seconds: float) -> str:
        """A length of time in one unit."""
        return str(dates.format_timedelta(int(seconds), locale=self.locale, threshold=0.95))

    def number(self, value: float) -> str:
        """A number with its groups."""
        return str(numbers.format_decimal(value, locale=self.locale))

    def percent(self, share: float) -> str:
        """A share (0…1) in whole percent, never rounded up to 100."""
        return str(numbers.format_percent(min(round(share, 2), 0.99) if share < 1 else 1, locale=self.locale))

    def size(self, size_bytes: int) -> str:
        """A size in the unit that keeps it short."""
        size, unit = float(size_bytes), "B"
        for larger in ("kB", "MB", "GB"):
            if size < 1000:
                break
            size, unit = size / 1000, larger
        return f"{self.number(round(size, 1) if size < 10 else round(size))} {self('unit.' + unit)}"


@cache
def wording(language: str) -> Wording:
    """The wording of a language that we have."""
    folder = _FOLDER / language
    # English sentences are their own templates.
    sentences = {} if language == "en" else _catalogue(folder / "sentences.po", language)
    return Wording(language, Locale(language), _catalogue(folder / "texts.po", language), sentences)


def _catalogue(path: Path, language: str) -> dict[str, tuple[str, ...]]:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language, charset="utf-8")
    texts: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        key = message.id[0] if isinstance(message.id, tuple | list) else message.id
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if key:
            texts[str(key)] = tuple(str(form) for form in forms)
    return texts


def chosen_language(*wishes: str) -> str:
    """The first wish that we have; a wish may be an `Accept-Language` header. English where none is."""
    for wish in wishes:
        for part in sorted(wish.split(","), key=_weight, reverse=True):
            code = part.split(";")[0].strip()[:2].lower()
            if code in LANGUAGES:
                return code
    return "en"


def _weight(part: str) -> float:
    _, _, quality = part.partition(";q=")
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0


def _plural(language: str, count: int, forms: int) -> int:
    """Which form a number takes. Source: gettext manual, 12.6 (plural forms of Russian and English)."""
    if language == "ru":
        if count % 10 == 1 and count % 100 != 11:
            return 0
        few = count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
        return 1 if few else forms - 1
    return 0 if count == 1 else forms - 1


@cache
def _type_names(language: str) -> dict[str, str]:
    return {kind.code: kind.names[language] for kind in kinds()}


@lru_cache(maxsize=4096)
def _day(language: str, value: str | date) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return str(dates.format_date(day, "d MMM y", locale=language))
