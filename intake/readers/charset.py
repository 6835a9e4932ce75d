"""Which charset bytes of text are in: marks and proofs first, then what reads like Russian or a Western language.

A declared charset is a hint, not a proof: mail says `us-ascii` or `iso-8859-1` over windows-1251 every day.
"""

from __future__ import annotations

import codecs
import math
from dataclasses import dataclass

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SINGLE_BYTE = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic", "cp1252")
_ESCAPING = ("utf-7", "hz", "iso2022")
_SAMPLE_BYTES = 20_000

# Share of each letter in running Russian text, in thousandths.
# Source: letter frequencies of the Russian National Corpus, rounded.
_SHARES = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
        map(
            int,
            [
                "110",
                "85",
                "80",
                "74",
                "67",
                "63",
                "55",
                "47",
                "45",
                "44",
                "35",
                "32",
                "30",
                "28",
                "26",
                "20",
                "19",
                "17",
                "17",
                "16",
                "16",
                "14",
                "12",
                "10",
                "9",
                "7",
                "6",
                "5",
                "4",
                "3",
                "3",
                "1",
                "1",
            ],
        ),
        strict=True,
    )
)
_LOG = {letter: math.log(share / 1000) for letter, share in _SHARES.items()}
_TYPOGRAPHY = frozenset("«»“”„‘’–—…№§©®°€£•\u00a0±×·™²³½¼")
_IMPLAUSIBLE, _OUT_OF_PLACE = -9.0, -4.0


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the charset it was read as, and whether that had to be guessed against or without a declaration."""

    text: str
    charset: str
    guessed: bool


def decode(content: bytes, declared: str | None = None) -> Decoded:
    """The text of these bytes; never fails, what no charset explains becomes U+FFFD. Line ends become a line feed."""
    found = _decoded(content, _known(declared))
    return Decoded(
        found.text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""), found.charset, found.guessed
    )


def _known(declared: str | None) -> str | None:
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name if declared else None
    except (LookupError, ValueError):
        return None
    return name if name is None or _is_text(name) else None


def _is_text(name: str) -> bool:
    try:
        return isinstance(b"a".decode(name), str) or True
    except (LookupError, UnicodeError, ValueError, AssertionError):
        return name.startswith(("utf-16", "utf-32"))


def _decoded(content: bytes, declared: str | None) -> Decoded:
    for mark, charset in MARKS:
        if content.startswith(mark):
            return Decoded(content.decode(charset, "replace"), charset, False)
    if (wide := _wide(content)) is not None:
        return Decoded(content.decode(wide, "replace"), wide, True)
    escaping = declared is not None and declared.startswith(_ESCAPING)
    if content.isascii() and not escaping:
        return Decoded(content.decode("ascii"), "ascii", False)
    for charset in filter(None, (declared, "utf-8") if escaping else ("utf-8", declared)):
        if charset not in SINGLE_BYTE and charset not in ("ascii", "iso8859-1"):
            try:
                return Decoded(content.decode(charset), charset, charset != declared)
            except (UnicodeError, LookupError, ValueError):
                continue
    return _single_byte(content, declared)


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is 0 or 4 (Cyrillic), the others are not."""
    sample = content[:2000]
    if len(sample) < 8 or len(content) % 2:
        return None
    even, odd = sample[::2], sample[1::2]
    for high, low, charset in ((even, odd, "utf-16-be"), (odd, even, "utf-16-le")):
        highs = sum(byte in (0, 4) for byte in high)
        if highs >= 0.9 * len(high) and sum(byte in (0, 4) for byte in low) < 0.3 * len(low):
            return charset
    return None


def _single_byte(content: bytes, declared: str | None) -> Decoded:
    """The likeliest of the single-byte charsets; the declared one wins unless another is much likelier."""
    sample = content[:_SAMPLE_BYTES]
    candidates = [*SINGLE_BYTE]
    if declared is not None and declared not in candidates and declared not in ("ascii", "utf-8", "iso8859-1"):
        candidates.insert(0, declared)
    scores = {name: plausibility(sample.decode(name, "replace")) for name in candidates}
    best = max(candidates, key=lambda name: scores[name])
    trusted = declared if declared in scores and scores[declared] > scores[best] - 0.7 else None
    chosen = trusted or best
    return Decoded(content.decode(chosen, "replace"), chosen, trusted is None)


def plausibility(text: str) -> float:
    """Mean log-likelihood of the non-ASCII letters, each seen with its neighbours; 0 is best, -9 is nonsense."""
    total, count, before = 0.0, 0, " "
    for letter, after in zip(text, [*text[1:], " "], strict=True):
        if not letter.isascii():
            total += _likelihood(before, letter, after)
            count += 1
        before = letter
    return total / count if count else 0.0


def _likelihood(before: str, letter: str, after: str) -> float:
    if letter in _TYPOGRAPHY:
        return -4.5
    lower = letter.lower()
    beside_ascii = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
    if lower in _LOG:
        out_of_place = beside_ascii or (letter != lower and before.islower())
        return _LOG[lower] + (_OUT_OF_PLACE if out_of_place else 0.0)
    if letter.isalpha() and ord(letter) < 0x250:
        return -3.0 if beside_ascii else _IMPLAUSIBLE
    return _IMPLAUSIBLE
