"""`dossier serve` and `dossier employees`: the pages and the HTTP API, and who may sign in."""

from __future__ import annotations

import dataclasses
import getpass
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli_context import context, keeper, rooms
from api.settings import worker_count
from api.wiring import Rooms
from api.workers import Crew, workers
from archive import arrivals, employees
from archive.access import Role
from archive.errors import BadInput, EngineAway, Forbidden
from search.feeding import DOCUMENTS_A_TURN

if TYPE_CHECKING:
    from fastapi import FastAPI

_FEED_EVERY_S = 0.2
_TURN_S = 0.0005
PASSWORD = "DOSSIER_PASSWORD"  # noqa: S105 - the name of a variable


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("serve")(serve)
    staff = typer.Typer(help="Who may sign in.", no_args_is_help=True)
    staff.command("add")(add_employee)
    app.add_typer(staff, name="employees")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on (DOSSIER_HOST).")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on (DOSSIER_PORT).")] = 0,
    workers_: Annotated[int, typer.Option("--workers", min=0, help="Worker processes; 0: one a core.")] = 0,
    work: Annotated[bool, typer.Option(help="Have workers here; without, they are run elsewhere.")] = True,
) -> None:
    """The pages and the HTTP API, with workers that do what comes in; Ctrl-C stops all, nothing is lost."""
    count = (workers_ or worker_count(context().settings)) if work else 0
    with workers(context().settings, count, forever=True) as crew, rooms() as opened:
        keeper(opened)
        opened.insist_on_lock()
        settings = opened.settings
        where, at = host or settings.host, port or settings.port
        with opened.catalogue.writing() as connection:
            arrivals.ensure_branch(connection, settings.branch, time_zone=settings.time_zone)
        opened.jobs.recover()
        crew.begin()
        # A short question waits for no long one: 5 ms, the usual, is as long as most questions take in all.
        sys.setswitchinterval(_TURN_S)
        app = _app(opened, where)
        context().printer.note(f"http://{where}:{at}/  (archive at {settings.home}; Ctrl-C stops it)")
        with _kept_up(opened, crew):
            import uvicorn

            uvicorn.run(app, host=where, port=at, log_level="warning", access_log=False)


def _app(opened: Rooms, host: str) -> FastAPI:
    # Only here: every other command would pay for loading the web framework at each start.
    from api.http.app import create_app
    from api.http.rooms import Rooms as HttpRooms

    return create_app(
        HttpRooms(
            opened.catalogue,
            opened.objects,
            opened.documents_index,
            opened.customers_index,
            dataclasses.replace(opened.settings, host=host),
            opened.door.accept,
            opened.drawer.draw,
            opened.recutter,
            opened.looks,
            opened.jobs,
            opened.customer_door,
            opened.feed_door,
        )
    )


@contextmanager
def _kept_up(opened: Rooms, crew: Crew) -> Iterator[None]:
    """Have a thread that keeps the index up with the catalogue, and the workers' places taken, while the block runs."""
    stopping = threading.Event()

    def feed() -> None:
        behind = False
        while not stopping.wait(0 if behind else _FEED_EVERY_S):
            crew.keep_up()
            try:
                behind = opened.feeder.feed() >= DOCUMENTS_A_TURN
            except EngineAway as error:
                behind = False
                context().printer.note(f"index: {error}; tried again")

    thread = threading.Thread(target=feed, name="feeder", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(timeout=10)


def add_employee(
    login: Annotated[str, typer.Argument(help="The name to sign in with.")],
    name: Annotated[str, typer.Option(help="The name to show.")] = "",
    role: Annotated[list[str] | None, typer.Option(help="clerk, engineer, staff or admin; may be repeated.")] = None,
    branch: Annotated[list[str] | None, typer.Option(help="Branch code; may be repeated; * is every branch.")] = None,
    mark: Annotated[list[str] | None, typer.Option(help="Confidentiality mark that may be seen.")] = None,
) -> None:
    """Add an employee. The password is asked for, or taken from DOSSIER_PASSWORD where nobody is at the keyboard."""
    roles = [_role(word) for word in role or ["clerk"]]
    with rooms() as opened:
        if Role.ADMIN not in keeper(opened).roles:
            raise Forbidden("only an admin of every branch may add employees")
        codes = _add(opened, login, name, roles, branch, mark or [])
    context().printer.row({"login": login, "roles": roles, "branches": codes}, f"{login} may sign in")


def _add(
    opened: Rooms, login: str, name: str, roles: list[Role], branch: list[str] | None, mark: list[str]
) -> list[str]:
    with opened.catalogue.writing() as connection:
        codes = branch or [opened.settings.branch]
        for code in codes:
            if code != "*":
                arrivals.ensure_branch(connection, code, time_zone=opened.settings.time_zone)
        held = [(one, code) for one in roles for code in codes]
        employees.add(connection, login, name or login, _password(), held, marks=mark)
    return codes


def _role(word: str) -> Role:
    if word not in set(Role):
        raise BadInput(f"--role {word!r} is none of {', '.join(Role)}")
    return Role(word)


def _password() -> str:
    if given := os.environ.get(PASSWORD):
        return given
    if not sys.stdin.isatty():
        raise BadInput(f"no password: set {PASSWORD}, or run this at a keyboard")
    return getpass.getpass("Password: ")
