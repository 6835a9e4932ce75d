"""What every command needs: the archive's home, how to answer, and the rooms opened once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api import logs
from api.printing import Printer
from api.settings import Settings, read_settings
from api.wiring import Rooms, open_rooms
from archive import employees
from archive.access import Access, system
from archive.errors import Forbidden

_current: list[Context] = []


@dataclass(frozen=True, slots=True)
class Context:
    """The options that stand before the command."""

    home: Path | None = None
    as_json: bool = False
    login: str = ""
    why: str = ""
    debug: bool = False

    @property
    def settings(self) -> Settings:
        """The settings in force for this command."""
        return read_settings(home=self.home)

    @property
    def printer(self) -> Printer:
        """How this command answers."""
        return Printer(self.as_json)


def set_context(context: Context) -> None:
    """Remember the options of this run of the command line."""
    _current[:] = [context]


def context() -> Context:
    """The options of this run of the command line."""
    return _current[0] if _current else Context()


@contextmanager
def rooms() -> Iterator[Rooms]:
    """The rooms of the archive at this command's home, closed at the end."""
    settings = context().settings
    logs.begin(settings.log)
    opened = open_rooms(settings)
    try:
        yield opened
    finally:
        opened.close()


def asker(opened: Rooms) -> Access:
    """Who asks at the command line: the employee named by `--as`, else whoever runs the machine.

    Whoever may read the archive's files may see all of it; without `--as` the journal names them `operator`.
    """
    if not context().login:
        return system("operator")
    with opened.catalogue.reading() as connection:
        return employees.by_login(connection, context().login).access


def keeper(opened: Rooms) -> Access:
    """As `asker`, for what only those who keep the archive may do. Raises: Forbidden."""
    access = asker(opened)
    if not access.loads or access.branches is not None:
        raise Forbidden(f"{access.actor} may not do this: it takes an engineer or admin of every branch")
    return access
