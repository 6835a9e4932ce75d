"""MinIO, built from its last source: an S3 server whose object lock holds."""

from __future__ import annotations

from tests.engines.description import Command, Engine, Site
from tests.engines.programs import go_program
from tests.engines.signed_s3 import KEY, put_and_get

VERSION = "2026-02-12"
MODULE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"


def install(site: Site) -> None:
    """Build it; minutes the first time, while nothing is in Go's cache."""
    go_program(site.programs / "minio", MODULE)


def prepare(site: Site) -> None:
    """Make the folder of the objects."""
    (site.data / "objects").mkdir(exist_ok=True)


def commands(site: Site) -> list[Command]:
    """One server on one folder, without its web console and its question for updates."""
    secrets = {"MINIO_ROOT_USER": KEY, "MINIO_ROOT_PASSWORD": site.secret}
    quiet = {"MINIO_BROWSER": "off", "MINIO_UPDATE": "off"}
    address = f"127.0.0.1:{site.port}"
    argv = (str(site.programs / "minio"), "server", "--address", address, str(site.data / "objects"))
    return [Command(argv, secrets | quiet | {"HOME": str(site.data)})]


def ask(site: Site) -> str:
    """PUT and GET of an object. The server does not tell its version; the built one is known."""
    put_and_get(site)
    return VERSION


def url(site: Site) -> str:
    """The server; a bucket's name goes behind it."""
    return f"s3+http://{KEY}:{site.secret}@127.0.0.1:{site.port}"


ENGINE = Engine("minio", ("s3",), frozenset({"minio"}), install, prepare, commands, ask, url)
