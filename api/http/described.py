"""The description of the API, for programs that are made from one; behind sign-in like all else."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.http.answering import answer
from api.http.shapes import PROBLEMS
from api.signing_in import Asker, who_asks

router = APIRouter(tags=["description"], responses=PROBLEMS)


@router.get("/api/openapi.json", response_model=dict[str, Any])
def describe(request: Request, _asker: Annotated[Asker, Depends(who_asks)]) -> Response:
    """OpenAPI 3.1."""
    return answer(request.app.openapi())
