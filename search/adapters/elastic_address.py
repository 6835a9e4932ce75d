"""Where a search server is, read from one URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from archive.errors import BadInput

Flavour = Literal["elasticsearch", "opensearch"]
FORM = "elasticsearch(+https)://[USER:PASSWORD@]HOST[:PORT][/PREFIX][?shards=N&ca=FILE], or opensearch…"
SCHEMES = ("elasticsearch:", "elasticsearch+https:", "opensearch:", "opensearch+https:")
_PORT = 9200
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_FLAVOURS: dict[str, Flavour] = {"elasticsearch": "elasticsearch", "opensearch": "opensearch"}


@dataclass(frozen=True, slots=True)
class Address:
    """One server, and the prefix of the names of all that we keep there. `ca`: a file of certificates to trust, or ''."""

    flavour: Flavour
    secure: bool
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    prefix: str
    shards: int
    ca: str

    @property
    def node(self) -> str:
        """The server as the client wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    @property
    def place(self) -> str:
        """Host, port and prefix, without secrets."""
        return f"{self.host}:{self.port}/{self.prefix}"


def read_address(url: str) -> Address:
    """The address in a URL. Raises BadInput naming what is wrong, never the URL itself: it holds a secret."""
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        host, port, shards = parts.hostname or "", parts.port or _PORT, int(query.get("shards", "1"))
    except ValueError as error:
        raise BadInput(f"the search server's address is not {FORM}: special characters are written as %XX") from error
    prefix = parts.path.strip("/") or "dossier"
    name, _, security = parts.scheme.partition("+")
    if name not in _FLAVOURS or security not in {"", "https"} or not host or not 1 <= shards <= 1000:
        raise BadInput(f"the search server's address is not {FORM}")
    if not _PREFIX.fullmatch(prefix):
        raise BadInput("the prefix in the search server's address may hold small Latin letters, digits, - and _ only")
    if unknown := set(query) - {"shards", "ca"}:
        raise BadInput(f"the search server's address knows no {', '.join(sorted(unknown))}: {FORM}")
    return Address(
        flavour=_FLAVOURS[name],
        secure=security == "https",
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        prefix=prefix,
        shards=shards,
        ca=query.get("ca", ""),
    )
