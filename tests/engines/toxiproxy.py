"""toxiproxy: stands before another engine and makes the network slow, narrow or broken."""

from __future__ import annotations

from tests.engines.asking import over_http
from tests.engines.description import Command, Engine, NotReadyError, Site
from tests.engines.programs import go_program

VERSION = "2.5.0"
MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@v{VERSION}"


def install(site: Site) -> None:
    """Build it."""
    go_program(site.programs / "toxiproxy", MODULE)


def prepare(site: Site) -> None:
    """Nothing: its proxies live in memory, and tests make them."""


def commands(site: Site) -> list[Command]:
    """The server with its HTTP interface; each proxy listens where the test says."""
    return [Command((str(site.programs / "toxiproxy"), "-host", "127.0.0.1", "-port", str(site.port)))]


def ask(site: Site) -> str:
    """GET /version and the list of proxies. Built from a module it calls itself "git"; the built version is known."""
    for path in ("/version", "/proxies"):
        status, _ = over_http(site.port, path)
        if status != 200:
            raise NotReadyError(f"GET {path}: status {status}")
    return VERSION


def url(site: Site) -> str:
    """The HTTP interface."""
    return f"http://127.0.0.1:{site.port}"


ENGINE = Engine("toxiproxy", ("http",), frozenset({"toxiproxy"}), install, prepare, commands, ask, url)
