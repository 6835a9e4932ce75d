"""What there is to say of an engine, so that one piece of code can install, start, ask and stop all of them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


class EngineError(Exception):
    """Something that an engine needs is missing, or it did not do what it was asked; the message says what to do."""


class NotReadyError(EngineError):
    """The engine does not answer yet. Safe to ask again."""


@dataclass(frozen=True)
class Site:
    """Where one engine lives on this machine: its folders (absolute), its ports on 127.0.0.1, its secret."""

    name: str
    programs: Path
    data: Path
    ports: Mapping[str, int]
    secret: str = field(repr=False)

    @property
    def port(self) -> int:
        """The port that clients use: the first that the engine named."""
        return next(iter(self.ports.values()))

    @property
    def log(self) -> Path:
        """Where the engine's processes write what they have to say."""
        return self.data.parent.parent / "logs" / f"{self.name}.log"


@dataclass(frozen=True)
class Command:
    """One process of an engine. `environment` is the whole of it, but for PATH, HOME, LANG and the temporary folder."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Engine:
    """A server: how it comes onto the machine, how it runs, and how it is asked whether it works.

    `ports`: names of the ports that it needs, the clients' first.
    `program_names`: its executables as /proc shows them, to find children that outlived their parent.
    `install`: makes the programs, or finds them; safe to repeat, at once when nothing is missing.
    `prepare`: makes folders and configuration before each start.
    `commands`: its processes, in the order of their start; they are stopped the other way round.
    `ask`: a real question. The server's version; raises `NotReadyError` while there is no right answer.
    `url`: what a client connects to, the secret in it.
    `stop_signal`: asks for a clean and quick end.
    """

    name: str
    ports: tuple[str, ...]
    program_names: frozenset[str]
    install: Callable[[Site], None]
    prepare: Callable[[Site], None]
    commands: Callable[[Site], list[Command]]
    ask: Callable[[Site], str]
    url: Callable[[Site], str]
    stop_signal: signal.Signals = signal.SIGTERM
