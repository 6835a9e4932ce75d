"""Where an S3 bucket is, read from one URL, and a client for it whose every request has its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from minio import Minio
from minio.helpers import check_bucket_name
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Retry, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection

from archive.errors import BadInput

FORM = "s3+http(s)://KEY:SECRET@HOST[:PORT]/BUCKET[?prefix=…&region=…&worm=compliance|off]"
SCHEMES = ("s3+http:", "s3+https:")
_CONNECTIONS = 16
"""Kept open a process; more threads than that open their own and close them."""
_TRANSIENT = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Address:
    """One bucket and the key for it. `prefix` is empty or ends with a slash."""

    secure: bool
    endpoint: str
    key: str
    secret: str = field(repr=False)
    bucket: str
    prefix: str
    region: str | None
    worm: bool

    @property
    def place(self) -> str:
        """Host, bucket and prefix, without secrets."""
        return f"{self.endpoint}/{self.bucket}" + (f"/{self.prefix}" if self.prefix else "")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long connecting may take and a request be silent (s), how often it is tried in all, the first pause between (s)."""

    connect_s: float = 5.0
    silence_s: float = 60.0
    tries: int = 4
    pause_s: float = 0.25


def read_address(url: str) -> Address:
    """The address in a URL. Raises BadInput naming what is wrong, never the URL itself: it holds a secret."""
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        bucket = parts.path.strip("/")
        port = f":{parts.port}" if parts.port else ""
        check_bucket_name(bucket, True)
    except ValueError as error:
        words = "special characters are written as %XX, and a bucket's name has 3 to 63 small letters, digits, dots and dashes"
        raise BadInput(f"the object store's address is not {FORM}: {words}") from error
    if not (parts.hostname and parts.username and parts.password):
        raise BadInput(f"the object store's address lacks host, key or secret: {FORM}")
    if unknown := set(query) - {"prefix", "region", "worm"}:
        raise BadInput(f"the object store's address knows no {', '.join(sorted(unknown))}: {FORM}")
    if query.get("worm", "off") not in {"compliance", "off"}:
        raise BadInput("worm in the object store's address is either compliance or off")
    prefix = query.get("prefix", "").strip("/")
    return Address(
        secure=parts.scheme == "s3+https",
        endpoint=parts.hostname + port,
        key=unquote(parts.username),
        secret=unquote(parts.password),
        bucket=bucket,
        prefix=prefix and f"{prefix}/",
        region=query.get("region") or None,
        worm=query.get("worm") == "compliance",
    )


def pool_of(patience: Patience) -> PoolManager:
    """The connections of one process. Makes none yet."""
    pool = PoolManager(
        # The limit for connecting is the connection's own, see `_kinds`.
        timeout=Timeout(connect=patience.silence_s, read=patience.silence_s),
        maxsize=_CONNECTIONS,
        retries=_retries(patience),
        cert_reqs="CERT_REQUIRED",
    )
    pool.pool_classes_by_scheme = _kinds(patience.connect_s)
    return pool


def client_of(address: Address, pool: PoolManager) -> Minio:
    """A client over these connections. Asks nothing yet. Raises BadInput where the host can be none."""
    try:
        return Minio(
            address.endpoint,
            address.key,
            address.secret,
            secure=address.secure,
            region=address.region,
            http_client=pool,
        )
    except ValueError as error:
        raise BadInput(f"the object store's host {address.endpoint} can be none: {error}") from error


def _retries(patience: Patience) -> Retry:
    again = patience.tries - 1
    return Retry(
        total=again,
        connect=again,
        # Each of these costs the whole silence.
        read=min(again, 2),
        status=again,
        redirect=0,
        status_forcelist=_TRANSIENT,
        # Every request made here may be repeated: content never differs under its address.
        allowed_methods=None,
        backoff_factor=patience.pause_s,
        backoff_jitter=patience.pause_s,
        # A server that is busy may ask for minutes; a job that is tried again later serves better.
        respect_retry_after_header=False,
        raise_on_status=False,
    )


def _kinds(connect_s: float) -> dict[str, type[HTTPConnectionPool]]:
    """Connections that connect within seconds and send with the patience of reading.

    By itself urllib3 allows the time for connecting to the sending of a whole body too, which a slow line overruns.
    """

    def connect(connection: HTTPConnection, plainly: Callable[[], None]) -> None:
        patience, connection.timeout = connection.timeout, connect_s
        try:
            plainly()
        finally:
            connection.timeout = patience
        connection.sock.settimeout(patience)

    class Http(HTTPConnection):
        def connect(self) -> None:
            connect(self, super().connect)

    class Https(HTTPSConnection):
        def connect(self) -> None:
            connect(self, super().connect)

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = Https

    return {"http": HttpPool, "https": HttpsPool}
