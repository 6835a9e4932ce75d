"""All engines together: which there are, bringing them up, telling how they are, taking them down."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engines import elasticsearch, minio, opensearch, postgres, rabbitmq, redis, toxiproxy, versitygw
from tests.engines.description import Engine, EngineError, NotReadyError, Site
from tests.engines.environment import write_env
from tests.engines.ports import choose, read_addresses, write_addresses
from tests.engines.processes import Started, end_leftovers, kill, launch, read_record, stop, write_record

ENGINES: dict[str, Engine] = {
    module.ENGINE.name: module.ENGINE
    for module in (postgres, redis, rabbitmq, minio, versitygw, toxiproxy, elasticsearch, opensearch)
}
READY_S = 120.0
BUSY_S = 20.0  # How long an engine that runs may be silent before it is started anew.
ASK_AGAIN_S = 0.1
LOG_LINES_SHOWN = 15


@dataclass(frozen=True)
class Running:
    """One engine that answers. `started_s` is none where it ran before; `installed_s` is near none where nothing was missing."""

    name: str
    version: str
    port: int
    installed_s: float = 0.0
    started_s: float | None = None


def named(names: Iterable[str]) -> list[Engine]:
    """The engines with these names, all where there is none. Raises `EngineError` for a name that is no engine's."""
    wanted = list(names) or list(ENGINES)
    unknown = sorted(set(wanted) - set(ENGINES))
    if unknown:
        raise EngineError(f"No engine is called {', '.join(unknown)}; there are {', '.join(ENGINES)}.")
    return [ENGINES[name] for name in wanted]


class Fleet:
    """The engines of one folder. Safe to use from several processes: one at a time changes something."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def up(self, names: Iterable[str] = (), tell: Callable[[str], None] = print) -> list[Running]:
        """Install and start what is missing of these engines, and wait until each answers.

        Safe to repeat: an engine that answers is left alone, one that runs without answering is started anew.
        Raises `EngineError` naming the engine that cannot be had; the others stay up.
        """
        with self._locked():
            running = []
            for engine in named(names):
                running.append(self._bring_up(engine, tell))
                self._write_env()
            return running

    def down(self, names: Iterable[str] = ()) -> list[str]:
        """Stop these engines and whatever they left running; the names of those that ran. Safe to repeat."""
        with self._locked():
            stopped = [engine.name for engine in reversed(named(names)) if self._take_down(engine)]
            self._write_env()
            return stopped

    def status(self, names: Iterable[str] = ()) -> list[Running | str]:
        """For each engine what runs, or the name alone where it does not answer."""
        return [self._asked(engine) or engine.name for engine in named(names)]

    def kill(self, name: str) -> None:
        """End an engine without asking it, as a fault would; `up` brings it back at the same address."""
        (engine,) = named([name])
        with self._locked():
            for process in self.processes(name):
                kill(process)
            end_leftovers(self._data(name), engine.program_names)

    def processes(self, name: str) -> list[Started]:
        """The processes that this folder's record holds for an engine, alive or not."""
        return read_record(self._record(name))

    def _bring_up(self, engine: Engine, tell: Callable[[str], None]) -> Running:
        found = self._asked(engine, BUSY_S)
        if found is None:
            self._take_down(engine)
            found = self._install_and_start(engine)
        installed = f", installed in {found.installed_s:.1f} s" if found.installed_s >= 0.1 else ""
        started = "runs already" if found.started_s is None else f"started in {found.started_s:.1f} s{installed}"
        tell(f"{found.name:<14}{found.version:<12}port {found.port:<7}{started}")
        return found

    def _install_and_start(self, engine: Engine) -> Running:
        site = self._new_site(engine)
        begin = time.monotonic()
        try:
            engine.install(site)
            installed = time.monotonic()
            engine.prepare(site)
            self._start(engine, site)
            version = self._wait(engine, site)
        except EngineError as failure:
            self._take_down(engine)
            raise EngineError(f"{engine.name}: {failure}") from failure
        return Running(engine.name, version, site.port, installed - begin, time.monotonic() - installed)

    def _start(self, engine: Engine, site: Site) -> None:
        site.log.write_bytes(b"")
        started: list[Started] = []
        for command in engine.commands(site):
            started.append(launch(command, site.data, site.log))
            write_record(self._record(engine.name), started)

    def _wait(self, engine: Engine, site: Site, patience_s: float = READY_S) -> str:
        """Ask until there is an answer. Raises `EngineError` when a process has ended or the time is over."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                return engine.ask(site)
            except NotReadyError as failure:
                ended = not self._is_alive(engine)
                if ended or time.monotonic() > deadline:
                    lines = site.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
                    why = "it ended by itself" if ended else f"no answer in {patience_s:.0f} s ({failure})"
                    raise EngineError("\n".join([f"{why}; the end of {site.log.name}:", *lines])) from failure
                time.sleep(ASK_AGAIN_S)

    def _asked(self, engine: Engine, patience_s: float = 0.0) -> Running | None:
        site = self._known_site(engine)
        if site is None or not self._is_alive(engine):
            return None
        try:
            return Running(engine.name, self._wait(engine, site, patience_s), site.port)
        except EngineError:
            return None

    def _is_alive(self, engine: Engine) -> bool:
        processes = self.processes(engine.name)
        return bool(processes) and all(process.is_alive for process in processes)

    def _take_down(self, engine: Engine) -> bool:
        """Whether anything ran."""
        alive = [process for process in self.processes(engine.name) if process.is_alive]
        stop(alive, engine.stop_signal)
        left = end_leftovers(self._data(engine.name), engine.program_names)
        self._record(engine.name).unlink(missing_ok=True)
        return bool(alive or left)

    def _write_env(self) -> None:
        sites = {engine: self._known_site(engine) for engine in ENGINES.values() if self._is_alive(engine)}
        write_env(self.folder, {engine.name: engine.url(site) for engine, site in sites.items() if site is not None})

    def _known_site(self, engine: Engine) -> Site | None:
        address = read_addresses(self._addresses).get(engine.name)
        if address is None or tuple(address.ports) != engine.ports:
            return None
        return Site(engine.name, self.folder / "programs", self._data(engine.name), address.ports, address.secret)

    def _new_site(self, engine: Engine) -> Site:
        for folder in (self._data(engine.name), self.folder / "programs", self.folder / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
        addresses = read_addresses(self._addresses)
        taken = {port for name, other in addresses.items() if name != engine.name for port in other.ports.values()}
        addresses[engine.name] = choose(engine.ports, addresses.get(engine.name), taken)
        write_addresses(self._addresses, addresses)
        site = self._known_site(engine)
        assert site is not None
        return site

    def _data(self, name: str) -> Path:
        return self.folder / "data" / name

    def _record(self, name: str) -> Path:
        return self.folder / "run" / f"{name}.json"

    @property
    def _addresses(self) -> Path:
        return self.folder / "addresses.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        (self.folder / "run").mkdir(parents=True, exist_ok=True)
        with (self.folder / "run" / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
