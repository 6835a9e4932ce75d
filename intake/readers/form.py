"""Web forms: JSON, checked against `form_schema.json`, the message as text and every other field as a fact."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from archive.errors import Unreadable
from intake.limits import Limits
from intake.readers import charset
from intake.readers.results import Contents, PartContent, Verdict
from intake.readers.text import clean, markup_pages

MEDIA_TYPE = "application/json"
_LONGEST_BYTES = 1 << 20
_TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
_FACTS = ("form_id", "submitted_at", "topic", "account", "contract", "address")


@cache
def schema() -> Mapping[str, Any]:
    """The form's schema: the part of JSON Schema that `problems` knows."""
    loaded: Mapping[str, Any] = json.loads(Path(__file__).with_name("form_schema.json").read_text("utf-8"))
    return loaded


def problems(value: Any, rule: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, str]]:
    """What is wrong, as (stable word, where): `missing_required`, `wrong_type`, `over_long`, `no_consent`, `bad_date`."""
    if "const" in rule:
        if value is not rule["const"]:
            yield "no_consent" if isinstance(value, bool) or value is None else "wrong_type", where
        return
    if not _has_type(value, rule.get("type")):
        yield "wrong_type", where
        return
    if isinstance(value, str):
        yield from _string_problems(value, rule, where)
    if isinstance(value, dict):
        for name in rule.get("required", ()):
            if name not in value:
                yield "missing_required", f"{where}.{name}".strip(".")
        for name, inner in rule.get("properties", {}).items():
            if name in value:
                yield from problems(value[name], inner, f"{where}.{name}".strip("."))


def _has_type(value: Any, allowed: str | list[str] | None) -> bool:
    if allowed is None:
        return True
    return any(isinstance(value, _TYPES[name]) for name in ([allowed] if isinstance(allowed, str) else allowed))


def _string_problems(value: str, rule: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    if len(value) > rule.get("maxLength", len(value)):
        yield "over_long", where
    if len(value.strip()) < rule.get("minLength", 0):
        yield "missing_required", where
    if rule.get("format") == "date-time" and not _is_date_time(value):
        yield "bad_date", where


def _is_date_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "T" in value or " " in value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is given twice")
    return found


def _rejected(word: str) -> Contents:
    part = PartContent("letter", "", "", MEDIA_TYPE, trouble=f"invalid_form:{word}")
    return Contents(MEDIA_TYPE, (part,), verdict=Verdict("rejected", f"invalid_form:{word}"))


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """The form's message and facts, or a verdict `rejected` with the reason `invalid_form:<what>`.

    `what`: `broken_json`, `over_long`, `missing_required`, `wrong_type`, `no_consent`, `bad_date`.
    """
    if source.stat().st_size > _LONGEST_BYTES:
        return _rejected("over_long")
    try:
        text = charset.decode(source.read_bytes(), "utf-8").text
        form = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError):
        return _rejected("broken_json")
    found = next(problems(form, schema()), None)
    if found is not None:
        return _rejected(found[0])
    message = clean(form["message"])
    if not message.strip():
        raise Unreadable("empty", "the form's message holds no text")
    part = PartContent("letter", "", "", MEDIA_TYPE, markup_pages(message.replace("\f", "\n")))
    return Contents(MEDIA_TYPE, (part,), facts=_facts(form))


def _facts(form: Mapping[str, Any]) -> dict[str, str]:
    told = {name: form.get(name) for name in _FACTS}
    told |= {"name": form["name"]["full"], "email": form["contact"].get("email"), "phone": form["contact"].get("phone")}
    told["date"] = form["submitted_at"]
    return {name: clean(value).strip() for name, value in told.items() if isinstance(value, str) and value.strip()}
