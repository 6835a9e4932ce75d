"""Redis out of the system's packages."""

from __future__ import annotations

import re

from tests.engines.asking import connected
from tests.engines.description import Command, Engine, NotReadyError, Site
from tests.engines.programs import installed

ANSWER_BYTES = 16384


def install(site: Site) -> None:
    """Nothing to build: only looks whether the package is there."""
    installed("redis-server")


def prepare(site: Site) -> None:
    """Write the configuration; the password stays out of the list of processes."""
    configuration = site.data / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"bind 127.0.0.1\nport {site.port}\nrequirepass {site.secret}\ndaemonize no\n"
        'appendonly yes\nappendfsync everysec\nsave ""\nset-proc-title no\n'
    )


def commands(site: Site) -> list[Command]:
    """The server, its working folder being where the data goes."""
    return [Command((installed("redis-server"), str(site.data / "redis.conf")))]


def ask(site: Site) -> str:
    """AUTH, PING, INFO."""
    with connected(site.port) as connection:
        connection.sendall(f"AUTH {site.secret}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\r\n") < 2:
            part = connection.recv(ANSWER_BYTES)
            if not part:
                break
            answer += part
        if answer != b"+OK\r\n+PONG\r\n":
            raise NotReadyError(f"PING: {answer.decode(errors='replace').strip()}")
        connection.sendall(b"INFO server\r\n")
        told = re.search(rb"redis_version:(\S+)", connection.recv(ANSWER_BYTES))
    if told is None:
        raise NotReadyError("INFO names no version")
    return told[1].decode()


def url(site: Site) -> str:
    """Database 0; tests that share the server take others."""
    return f"redis://:{site.secret}@127.0.0.1:{site.port}/0"


# Debian's redis-server is a link to redis-check-rdb, and that is the name that /proc shows.
ENGINE = Engine(
    "redis", ("redis",), frozenset({"redis-server", "redis-check-rdb"}), install, prepare, commands, ask, url
)
