"""The forms of our pages: read once, and proven to come from a page of the same session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse

from api.signing_in import FORM_TOKEN, FORM_TOKEN_HEADER, Asker, prove_form_token, who_asks
from archive.errors import BadInput
from archive.sentences import say

Form = Mapping[str, str]


async def proven_form(request: Request, asker: Annotated[Asker, Depends(who_asks)]) -> Form:
    """A dependency of every route that takes a form. Raises: Forbidden for a form from elsewhere."""
    form = await plain_form(request)
    prove_form_token(asker, request.headers.get(FORM_TOKEN_HEADER) or form.get(FORM_TOKEN))
    return form


async def plain_form(request: Request) -> Form:
    """The form's fields as text; files are not taken here."""
    fields = await request.form(max_files=0, max_fields=50)
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def whole_number(form: Form, name: str) -> int:
    """A field that must be a whole number. Raises: BadInput."""
    given = form.get(name, "").strip()
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise BadInput(say("{name} must be a whole number, not {given}", name=name, given=given))
    return int(given)


def see_other(path: str) -> RedirectResponse:
    """Go on to a page after a form was taken, so that loading it again sends nothing twice."""
    return RedirectResponse(path, 303)
