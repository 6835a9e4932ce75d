"""OpenSearch 3, whole, through the published runner that starts it inside a plain Java process."""

from __future__ import annotations

from pathlib import Path

from tests.engines import java_node
from tests.engines.asking import search_server
from tests.engines.description import Command, Engine, Site

MAIN = "OpenSearchNode"


def _home(site: Site) -> Path:
    return site.programs / "opensearch"


def install(site: Site) -> None:
    """Fetch the jars and compile the class that starts them."""
    home = _home(site)
    if java_node.is_made(home, "opensearch"):
        return
    java_node.make(home, "opensearch", MAIN)
    java_node.set_made(home, "opensearch")


def prepare(site: Site) -> None:
    """Make the folders that the server expects to find."""
    (site.data / "tmp").mkdir(exist_ok=True)


def commands(site: Site) -> list[Command]:
    """One node."""
    ports = [str(site.ports["http"]), str(site.ports["nodes"])]
    return [java_node.node(site, _home(site), MAIN, [str(site.data), *ports])]


def ask(site: Site) -> str:
    """GET / and the cluster's health."""
    return search_server(site.port)


def url(site: Site) -> str:
    """The server, spoken to in plain HTTP."""
    return f"opensearch://127.0.0.1:{site.port}"


ENGINE = Engine("opensearch", ("http", "nodes"), frozenset({"java"}), install, prepare, commands, ask, url)
