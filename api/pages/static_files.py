"""The stylesheet, the two scripts and the icon, each served from memory under a name that holds its digest."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from archive.errors import NotFound
from archive.sentences import say

router = APIRouter(include_in_schema=False)
_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def _kept() -> dict[str, tuple[str, bytes, bytes]]:
    kept = {}
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _TYPES:
            plain = path.read_bytes()
            kept[_address(path.name, plain)] = (_TYPES[path.suffix], plain, gzip.compress(plain, 9, mtime=0))
    return kept


def _address(name: str, plain: bytes) -> str:
    return f"{hashlib.sha256(plain).hexdigest()[:12]}/{name}"


@cache
def static(name: str) -> str:
    """The path of one of our static files, which changes whenever the file does."""
    return f"/static/{_address(name, (_FOLDER / name).read_bytes())}"


@router.get("/static/{digest}/{name}")
def file(request: Request, digest: str, name: str) -> Response:
    """One static file; open to everybody, and kept by the browser for as long as it likes."""
    found = _kept().get(f"{digest}/{name}")
    if found is None:
        raise NotFound(say("there is no static file {name} of this version", name=name))
    kind, plain, packed = found
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=kind)
    return Response(plain, headers=headers, media_type=kind)
