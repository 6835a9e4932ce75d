"""Elasticsearch 9: the real server's jars, with what the full distribution adds as far as letters need it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.engines import java_node
from tests.engines.asking import search_server
from tests.engines.description import Command, Engine, Site
from tests.engines.programs import compiled, java, run

VERSION = "9.5.3"
MAIN = "ElasticsearchNode"
NETWORK = ("transport-netty4", "org.elasticsearch.transport.netty4.Netty4Plugin")
NETWORK_JARS = ("netty-*.jar", "transport-netty4-*.jar", "elasticsearch-ssl-config-*.jar")
OWN_MODULES = ("LetterAnalysis", "RootEndpoint")


def _home(site: Site) -> Path:
    return site.programs / "elasticsearch"


def install(site: Site) -> None:
    """Fetch the jars and lay them out as the server expects: libraries, and modules each in a folder of its own."""
    home = _home(site)
    if java_node.is_made(home, "elasticsearch"):
        return
    java_node.make(home, "elasticsearch", MAIN)
    for name in OWN_MODULES:
        _build_module(home, name)
    _move_network(home)
    java_node.set_made(home, "elasticsearch")


def _move_network(home: Path) -> None:
    name, main = NETWORK
    folder = home / "modules" / name
    folder.mkdir(parents=True)
    for pattern in NETWORK_JARS:
        for jar in (home / "lib").glob(pattern):
            jar.replace(folder / jar.name)
    _describe(folder, name, main)


def _build_module(home: Path, name: str) -> None:
    folder, classes = home / "modules" / name, home / "modules" / f".{name}"
    folder.mkdir(parents=True)
    compiled([java_node.SOURCES / "elasticsearch" / f"{name}.java"], f"{home / 'lib'}/*", classes)
    run([java("jar"), "--create", "--file", str(folder / f"{name}.jar"), "-C", str(classes), "."], {})
    shutil.rmtree(classes)
    _describe(folder, name, name)


def _describe(folder: Path, name: str, main: str) -> None:
    rows = {
        "name": name,
        "description": f"{name} for a test server",
        "version": VERSION,
        "elasticsearch.version": VERSION,
        "java.version": "21",
        "classname": main,
    }
    text = "".join(f"{key}={value}\n" for key, value in rows.items())
    (folder / "plugin-descriptor.properties").write_text(text)


def prepare(site: Site) -> None:
    """Make the folders that the server expects to find."""
    (site.data / "tmp").mkdir(exist_ok=True)


def commands(site: Site) -> list[Command]:
    """One node, security off: the jars do not bring it."""
    ports = [str(site.ports["http"]), str(site.ports["nodes"])]
    return [java_node.node(site, _home(site), MAIN, [str(_home(site)), str(site.data), *ports])]


def ask(site: Site) -> str:
    """GET / and the cluster's health."""
    return search_server(site.port)


def url(site: Site) -> str:
    """The server, spoken to in plain HTTP."""
    return f"elasticsearch://127.0.0.1:{site.port}"


ENGINE = Engine("elasticsearch", ("http", "nodes"), frozenset({"java"}), install, prepare, commands, ask, url)
