"""A page made: the template, the language of whoever reads it, and what every page has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.http.rooms import Rooms
from api.pages.static_files import static
from api.signing_in import FORM_TOKEN, Asker
from api.wording import Wording, chosen_language, wording
from archive.folder_plan import load_plan, plan_in_force
from cases.types import load_types

LANGUAGE_COOKIE = "dossier_language"
LANGUAGE_NAMES = (("en", "English"), ("ru", "Русский"))
NAVIGATION = (
    ("s", "/", "search"),
    ("c", "/?in=customers", "customers"),
    ("d", "/desk", "desk"),
    ("p", "/doubles", "doubles"),
    ("u", "/upload", "upload"),
    ("l", "/ledger", "ledger"),
    ("h", "/health", "health"),
)
KEYS = (
    (("/",), "search"),
    (("j", "k"), "rows"),
    (("Enter",), "open"),
    (("a",), "accept"),
    (("e",), "correct"),
    (("n",), "new_customer"),
    (("t",), "takeover"),
    (("x",), "reject"),
    (("b",), "same_sender"),
    (("m",), "join"),
    (("s",), "split"),
    (("p",), "rescan"),
    (("t",), "alike"),
    (("r",), "turn"),
    (("a", "x", "f", "l"), "doubles"),
    (("u",), "undo"),
    (("g s",), "go_search"),
    (("g c",), "go_customers"),
    (("g d",), "go_desk"),
    (("g p",), "go_doubles"),
    (("g u",), "go_upload"),
    (("g l",), "go_ledger"),
    (("g h",), "go_health"),
    (("Esc",), "back"),
    (("?",), "keys"),
)
"""Shown by `?`; the script finds each key's element by its `data-key` or `data-go`."""


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def language_of(request: Request, asker: Asker | None) -> str:
    """The reader's own choice, else this browser's, else what the browser asks for."""
    own = asker.employee.language if asker else ""
    return chosen_language(own, request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", ""))


def wording_for(request: Request, asker: Asker | None) -> Wording:
    """The wording in the reader's language."""
    return wording(language_of(request, asker))


def page(
    request: Request, asker: Asker | None, template: str, status: int = 200, here: str = "", **values: Any
) -> HTMLResponse:
    """A whole page. `here` is the entry of the navigation that it belongs to."""
    rooms: Rooms = request.app.state.rooms
    t = wording_for(request, asker)
    known = {
        "t": t,
        "asker": asker,
        "here": here,
        "form_token": asker.form_token if asker else "",
        "token": lambda: _token(asker),
        "back": _back(request),
        "zone": rooms.settings.time_zone,
        "static": static,
        "languages": LANGUAGE_NAMES,
        "navigation": NAVIGATION,
        "key_list": KEYS,
        "folder_name": lambda code: folder_name(code, t.language),
        "case_name": lambda code: case_name(code, t.language),
    }
    body = _templates().get_template(template).render(known | values)
    return HTMLResponse(body, status, {"Content-Language": t.language, "Vary": "Cookie, Accept-Language, HX-Request"})


def _token(asker: Asker | None) -> Markup:
    value = asker.form_token if asker else ""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_TOKEN, value)


def _back(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def folder_name(code: str, language: str) -> str:
    """A folder's name by the plan in force, else by the one that ships; its code where both have lost it."""
    folders = (*plan_in_force().folders, *load_plan().folders)
    return next((folder.name(language) for folder in folders if folder.code == code), code)


def case_name(code: str, language: str) -> str:
    """A case type's name; its code where the configuration has lost it."""
    found = load_types().get(code)
    return (found.names.get(language) or found.names["en"]) if found else code


def address(path: str, values: Mapping[str, Any]) -> str:
    """A path with what is not empty of the values as its query; lists give one entry each."""
    kept = [(name, one) for name, value in values.items() for one in (value if _several(value) else [value]) if one]
    return f"{path}?{urlencode(kept)}" if kept else path


def _several(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def local_path(given: str) -> str:
    """A path of ours to go on to; '/' for anything that would lead elsewhere."""
    safe = given.startswith("/") and not given.startswith(("//", "/\\")) and "\\" not in given
    return given if safe and given.isprintable() else "/"


Pieces = list[tuple[str, bool]]


def pieces(text: str, spans: Sequence[tuple[int, int]]) -> Pieces:
    """A text cut at its hits: (piece, whether it is one), for the template to escape and mark."""
    cut: Pieces = []
    done = 0
    for start, end in sorted(spans):
        if start < done or end > len(text) or end <= start:
            continue
        cut += [(text[done:start], False)] if start > done else []
        cut.append((text[start:end], True))
        done = end
    return [*cut, (text[done:], False)] if done < len(text) else cut
