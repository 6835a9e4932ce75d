"""One spelling for identifiers, so that a b-tree finds them however they were written.

Pure. What is stored is the value as given; beside it stands its folded form from here.
"""

from __future__ import annotations

import re
import unicodedata

# Capital Cyrillic letters that look like Latin ones, by their twin: an account typed in the wrong layout is found.
_TWINS = str.maketrans("АВЕКМНОРСТУХІЈЅЁ", "ABEKMHOPCTYXIJSE")
_SEPARATORS = re.compile(r"[\W_]+")
_NOT_DIGITS = re.compile(r"\D+")
_PHONE_DIGITS = 10


def fold_number(text: str) -> str:
    """An account, contract, meter, point of delivery or tax id without separators, in capitals, in Latin twins."""
    if text.isascii() and text.isdigit():
        return text
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).upper()).translate(_TWINS)


def fold_phone(text: str) -> str:
    """A phone's last ten digits, so that +7, 8, +44 and 0 before it make no difference; fewer stay as they are."""
    return _NOT_DIGITS.sub("", text)[-_PHONE_DIGITS:]


def fold_email(text: str) -> str:
    """An e-mail address in lower case without surrounding blanks and brackets."""
    return text.strip(" <>\t").casefold()


def phone_beginnings(text: str) -> tuple[str, ...]:
    """What the folded form of a phone may begin with when only its first digits were typed, prefix or not."""
    only = _NOT_DIGITS.sub("", text)
    if len(only) >= _PHONE_DIGITS:
        return (only[-_PHONE_DIGITS:],)
    without = next((only[len(prefix) :] for prefix in ("44", "7", "8", "0") if only.startswith(prefix)), "")
    return tuple(part for part in (only, without) if part)
