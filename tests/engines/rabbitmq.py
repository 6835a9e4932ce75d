"""RabbitMQ out of the system's packages, with a node name, ports and a port mapper of its own."""

from __future__ import annotations

import os
import socket
import struct

from tests.engines.asking import connected, read_exactly
from tests.engines.description import Command, Engine, NotReadyError, Site
from tests.engines.programs import installed

USER = "dossier"
# The script itself: the one in PATH changes to the user rabbitmq, and refuses all others.
SCRIPTS = ("/usr/lib/rabbitmq/bin",)
METHOD_FRAME, FRAME_END = 1, 0xCE
START, START_OK, TUNE = (10, 10), (10, 11), (10, 30)


def install(site: Site) -> None:
    """Nothing to build: only looks whether the packages are there."""
    installed("rabbitmq-server", *SCRIPTS)
    installed("epmd")


def prepare(site: Site) -> None:
    """Write the configuration, with a user and its random password, and no plugins."""
    configuration = site.data / "rabbitmq.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"listeners.tcp.1 = 127.0.0.1:{site.ports['amqp']}\n"
        f"default_user = {USER}\ndefault_pass = {site.secret}\n"
        "vm_memory_high_watermark.absolute = 512MB\ndisk_free_limit.absolute = 50MB\n"
    )
    (site.data / "enabled_plugins").write_text("[].\n")


def commands(site: Site) -> list[Command]:
    """The port mapper in the foreground, then the node: a mapper that the node starts itself would outlive it."""
    mapper = {"ERL_EPMD_PORT": str(site.ports["epmd"]), "ERL_EPMD_ADDRESS": "127.0.0.1"}
    node = mapper | {
        "HOME": str(site.data),  # The cookie goes there.
        # Tells the script to become the node, instead of waiting beside it; hence -noinput below.
        "RABBITMQ_ALLOW_INPUT": "1",
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_CONFIG_FILE": str(site.data / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(site.data / "enabled_plugins"),
        "RABBITMQ_NODENAME": "dossier@localhost",
        "RABBITMQ_DIST_PORT": str(site.ports["nodes"]),
        "RABBITMQ_MNESIA_BASE": str(site.data / "mnesia"),
        "RABBITMQ_LOG_BASE": str(site.data / "logs"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(site.data / "node.pid"),
        # Schedulers that spin while idle would eat the cores that the tests need.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "+sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
        ),
    }
    return [
        Command((installed("epmd"), "-port", str(site.ports["epmd"]), "-address", "127.0.0.1"), mapper),
        Command((installed("rabbitmq-server", *SCRIPTS), "-noinput"), node),
    ]


def ask(site: Site) -> str:
    """An AMQP 0-9-1 handshake up to where the server has accepted user and password.

    Source: AMQP 0-9-1 specification, 2.2.4 (protocol header), 2.3.5 (frames), connection class.
    """
    with connected(site.port) as connection:
        connection.sendall(b"AMQP\x00\x00\x09\x01")
        method, arguments = _read_method(connection)
        if method != START:
            raise NotReadyError(f"expected connection.start, got {method}")
        login = f"\0{USER}\0{site.secret}".encode()
        body = struct.pack(">HHI", *START_OK, 0) + _short(b"PLAIN") + _long(login) + _short(b"en_US")
        connection.sendall(struct.pack(">BHI", METHOD_FRAME, 0, len(body)) + body + bytes([FRAME_END]))
        accepted, _ = _read_method(connection)
        if accepted != TUNE:
            raise NotReadyError(f"user and password were answered with {accepted}")
    return _version(arguments)


def _read_method(connection: socket.socket) -> tuple[tuple[int, int], bytes]:
    kind, _, size_bytes = struct.unpack(">BHI", read_exactly(connection, 7))
    payload = read_exactly(connection, size_bytes + 1)
    if kind != METHOD_FRAME or payload[-1] != FRAME_END:
        raise NotReadyError("no AMQP frame")
    first, second = struct.unpack(">HH", payload[:4])
    return (first, second), payload[4:-1]


def _version(server_properties: bytes) -> str:
    """The string field `version` of the table that connection.start carries."""
    _, found, rest = server_properties.partition(b"\x07versionS")
    if not found:
        return "unknown"
    (size_bytes,) = struct.unpack(">I", rest[:4])
    return rest[4 : 4 + size_bytes].decode()


def _short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _long(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


def url(site: Site) -> str:
    """The default virtual host, `/`."""
    return f"amqp://{USER}:{site.secret}@127.0.0.1:{site.port}//"


ENGINE = Engine(
    "rabbitmq",
    ("amqp", "nodes", "epmd"),
    frozenset({"beam.smp", "erl_child_setup", "inet_gethost", "epmd"}),
    install,
    prepare,
    commands,
    ask,
    url,
)
