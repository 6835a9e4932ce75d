"""versitygw: a folder behind S3, whose root user may shorten a retention; WORM mode must refuse it."""

from __future__ import annotations

from tests.engines.description import Command, Engine, Site
from tests.engines.programs import go_program
from tests.engines.signed_s3 import KEY, put_and_get

VERSION = "1.7.0"
MODULE = f"github.com/versity/versitygw/cmd/versitygw@v{VERSION}"


def install(site: Site) -> None:
    """Build it."""
    go_program(site.programs / "versitygw", MODULE)


def prepare(site: Site) -> None:
    """Make the two folders, which it wants to find."""
    for folder in ("objects", "versions"):
        (site.data / folder).mkdir(exist_ok=True)


def commands(site: Site) -> list[Command]:
    """One gateway with versioning; every path absolute, or it fails later."""
    folders = ("--versioning-dir", str(site.data / "versions"), str(site.data / "objects"))
    argv = (str(site.programs / "versitygw"), "--port", f"127.0.0.1:{site.port}", "posix", *folders)
    return [Command(argv, {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": site.secret})]


def ask(site: Site) -> str:
    """PUT and GET of an object. The server does not tell its version; the built one is known."""
    put_and_get(site)
    return VERSION


def url(site: Site) -> str:
    """The server; a bucket's name goes behind it."""
    return f"s3+http://{KEY}:{site.secret}@127.0.0.1:{site.port}"


ENGINE = Engine("versitygw", ("s3",), frozenset({"versitygw"}), install, prepare, commands, ask, url)
