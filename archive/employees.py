"""Employees, the roles that they hold in branches, and their sessions.

Passwords are kept as argon2id hashes, session tokens as SHA-256 digests: neither can be read back. Failed sign-ins are
counted in the access log, so that every process of the server sees them.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from archive.access import Access, Role
from archive.clock import as_moment, as_text, utc_now
from archive.errors import BadInput, Conflict, NotFound, NotSignedIn, TooManyTries
from archive.ports import Catalogue
from archive.schema import access_log, employee, employee_role, session
from archive.sentences import say

PASSWORD_MIN_CHARS = 10
TRIES_WINDOW_S = 15 * 60
TRIES_FROM_ONE_ADDRESS = 5
TRIES_FROM_ANYWHERE = 50
EVERY_BRANCH = "*"

_hasher = PasswordHasher()
# Each verification takes 64 MiB; a burst of sign-ins must not take the machine's memory.
_hashing = threading.BoundedSemaphore(2)
# Verified where there is no such login, so that the answer takes as long.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$bUxgGMZ/bVxYFTAIiHSAEJ3xkRE2fk7ffRaFxvN6lqA"


@dataclass(frozen=True, slots=True)
class Employee:
    """Who works here. `roles` are pairs of role and branch, `*` for every branch."""

    id: int
    login: str
    name: str
    language: str
    marks: frozenset[str]
    roles: frozenset[tuple[Role, str]]

    @property
    def access(self) -> Access:
        """What this employee may see: the branches of all its roles together."""
        return self.access_as(*Role)

    def access_as(self, *roles: Role) -> Access:
        """The access that some of its roles give: only the branches where one of them is held."""
        held = [(role, branch) for role, branch in self.roles if role in roles]
        everywhere = any(branch == EVERY_BRANCH for _role, branch in held)
        branches = None if everywhere else frozenset(branch for _role, branch in held)
        return Access(self.login, frozenset(role for role, _branch in held), branches, self.marks)


def add(
    connection: Connection,
    login: str,
    name: str,
    password: str,
    roles: Iterable[tuple[Role, str]],
    *,
    language: str = "",
    marks: Iterable[str] = (),
) -> int:
    """Add an employee; answers its id.

    Raises: Conflict where the login is taken, BadInput for a password that is too short.
    """
    row = {"login": login, "name": name, "password_hash": hashed(password), "language": language}
    try:
        statement = insert(employee).values(**row, marks=" ".join(sorted(marks)))
        key = int(connection.execute(statement.returning(employee.c.id)).scalar_one())
    except IntegrityError as error:
        raise Conflict(f"the login {login!r} is taken; choose another") from error
    held = [{"employee_id": key, "role": str(role), "branch": branch} for role, branch in set(roles)]
    if held:
        connection.execute(insert(employee_role), held)
    return key


def hashed(password: str) -> str:
    """The argon2id hash of a password. Raises: BadInput where it is too short."""
    if len(password) < PASSWORD_MIN_CHARS:
        raise BadInput(f"the password has fewer than {PASSWORD_MIN_CHARS} characters; take a longer one")
    with _hashing:
        return _hasher.hash(password)


def set_password(connection: Connection, login: str, password: str) -> None:
    """Give a new password and end every session of this employee. Raises: NotFound, BadInput."""
    key = connection.execute(select(employee.c.id).where(employee.c.login == login)).scalar()
    if key is None:
        raise NotFound(f"there is no employee with the login {login!r}")
    connection.execute(update(employee).where(employee.c.id == key).values(password_hash=hashed(password)))
    connection.execute(delete(session).where(session.c.employee_id == key))


def set_language(connection: Connection, key: int, language: str) -> None:
    """Remember in which language this employee reads the pages."""
    connection.execute(update(employee).where(employee.c.id == key).values(language=language))


def sign_in(catalogue: Catalogue, login: str, password: str, address: str, hours: int) -> str:
    """Begin a session of so many hours; answers its token, shown this once. `address`: where the request comes from.

    Raises: TooManyTries after several wrong passwords, NotSignedIn where login and password do not fit.
    """
    with catalogue.reading() as connection:
        _refuse_too_many(connection, login, address)
        found = connection.execute(
            select(employee.c.id, employee.c.password_hash).where(employee.c.login == login, employee.c.active == 1)
        ).one_or_none()
    # Outside any transaction: hashing takes tens of milliseconds, and writers wait for nobody here.
    fits = _fits(found.password_hash if found else _NOBODY, password)
    with catalogue.writing() as connection:
        if not found or not fits:
            _note_failure(connection, login, address)
        else:
            return _begin(connection, found.id, hours)
    raise NotSignedIn(say("login and password do not fit; check both and try again"))


def begin_session(connection: Connection, login: str, hours: int) -> str:
    """A session without a password, for the demo on loopback only. Raises: NotFound."""
    key = connection.execute(select(employee.c.id).where(employee.c.login == login)).scalar()
    if key is None:
        raise NotFound(f"there is no employee with the login {login!r}")
    return _begin(connection, key, hours)


def signed_in(connection: Connection, token: str) -> Employee:
    """Whose session this is. Raises: NotSignedIn where it has ended or never was."""
    found = _found(connection, _BY_SESSION, {"digest": _digest(token), "now": utc_now()})
    if found is None:
        raise NotSignedIn(say("the session has ended; sign in again"))
    return found


def by_login(connection: Connection, login: str) -> Employee:
    """The employee with this login. Raises: NotFound."""
    found = _found(connection, _BY_LOGIN, {"login": login})
    if found is None:
        raise NotFound(f"there is no employee with the login {login!r}")
    return found


def sign_out(connection: Connection, token: str) -> None:
    """End a session; safe to repeat. Ended sessions of everybody are cleared away on the way."""
    connection.execute(delete(session).where(session.c.token_digest == _digest(token)))
    connection.execute(delete(session).where(session.c.expires_at <= utc_now()))


# One question, for it is asked before every other.
_ROLES_HELD = (
    select(employee, employee_role.c.role, employee_role.c.branch)
    .join_from(employee, employee_role, isouter=True)
    .where(employee.c.active == 1)
)
_BY_LOGIN = _ROLES_HELD.where(employee.c.login == bindparam("login"))
_BY_SESSION = _ROLES_HELD.join(session, session.c.employee_id == employee.c.id).where(
    session.c.token_digest == bindparam("digest"), session.c.expires_at > bindparam("now")
)


def _found(connection: Connection, asked: Select[Any], of: Mapping[str, str]) -> Employee | None:
    rows = connection.execute(asked, dict(of)).all()
    if not rows:
        return None
    roles = frozenset((Role(row.role), row.branch) for row in rows if row.role is not None)
    one = rows[0]
    return Employee(one.id, one.login, one.name, one.language, frozenset(one.marks.split()), roles)


def _begin(connection: Connection, key: int, hours: int) -> str:
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    connection.execute(
        insert(session).values(
            token_digest=_digest(token),
            employee_id=key,
            created_at=as_text(now),
            expires_at=as_text(now + timedelta(hours=hours)),
        )
    )
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _fits(password_hash: str, password: str) -> bool:
    with _hashing:
        try:
            return _hasher.verify(password_hash, password)
        except VerificationError:
            return False


def _note_failure(connection: Connection, login: str, address: str) -> None:
    row = {"at": utc_now(), "actor": address, "subject": f"login:{login}", "action": "sign_in_failed"}
    connection.execute(insert(access_log).values(**row))


def _refuse_too_many(connection: Connection, login: str, address: str) -> None:
    now = datetime.now(UTC)
    since = as_text(now - timedelta(seconds=TRIES_WINDOW_S))
    failed = (access_log.c.subject == f"login:{login}") & (access_log.c.action == "sign_in_failed")
    # Not those that seem to lie ahead: after a clock was set back they would lock everybody out until it catches up.
    recent = select(func.count(), func.max(access_log.c.at)).where(failed, access_log.c.at.between(since, as_text(now)))
    here, last = connection.execute(recent.where(access_log.c.actor == address)).one()
    anywhere, last_anywhere = connection.execute(recent).one()
    if here >= TRIES_FROM_ONE_ADDRESS or anywhere >= TRIES_FROM_ANYWHERE:
        passed = now - as_moment(last or last_anywhere)
        wait_s = max(1, int(TRIES_WINDOW_S - passed.total_seconds()))
        told = say(
            "too many wrong passwords for {login}; minutes to wait: {count}", login=login, count=wait_s // 60 + 1
        )
        raise TooManyTries(wait_s, told)
