"""The error tree of Dossier.

    DossierError
    ├── BadInput                 what came is not usable as it is: exit code 2, HTTP 400/422
    │   ├── NotFound             no such thing, or none that you may see: exit code 4, HTTP 404
    │   ├── Conflict             it changed meanwhile, or stands against a constraint: exit code 5, HTTP 409
    │   │   ├── Guarded          the guard of the directory knows somebody like that, and says whom
    │   │   │   ├── GuardWarned  probably known, or close to somebody known: exit code 9, HTTP 409
    │   │   │   └── GuardRefused known, to near certainty: exit code 10, HTTP 409
    │   │   └── VersionWanted    a change that does not say which version it is about: exit code 5, HTTP 428
    │   └── Unreadable           a document that no reader can open → the letter is rejected
    ├── Forbidden                you may not: exit code 6, HTTP 403
    │   ├── NotSignedIn          nobody is signed in, or no longer: exit code 6, HTTP 401
    │   └── TooManyTries         wrong password too often; wait: exit code 6, HTTP 429
    ├── EngineAway               an engine does not answer; try again: exit code 7, HTTP 503
    │   └── EngineFailed         it answers, and broke over this very thing: tried again a few times, then for a person
    ├── LimitExceeded            a parser went over its limits → the letter is rejected
    └── Damaged                  what we hold does not prove true (digest, journal): exit code 8, HTTP 500

Each class carries a stable `code`, and `then`: what follows for the arrival or job that met it
(`reject`, `review`, `retry`, `fail`). A message says what happened, to which document, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from archive.sentences import Sentence

if TYPE_CHECKING:
    from archive.guarding import Finding

Then = Literal["reject", "review", "retry", "fail"]


class DossierError(Exception):
    """The root: catch this and nothing wider at a door. Its message is a text, or a `Sentence` where a page shows it."""

    code: ClassVar[str] = "error"
    then: ClassVar[Then] = "fail"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500


class BadInput(DossierError):
    """What came is not usable as it is; the message names the place and the remedy."""

    code = "bad_input"
    then = "reject"
    exit_code = 2
    http_status = 422


class NotFound(BadInput):
    """There is no such thing, or none that the asker may see: the two are not told apart."""

    code = "not_found"
    exit_code = 4
    http_status = 404


class Conflict(BadInput):
    """It changed meanwhile, or a constraint stands against it."""

    code = "conflict"
    exit_code = 5
    http_status = 409


class Guarded(Conflict):
    """The guard of the directory knows somebody like that. `findings` says whom, and by what; nothing was written."""

    def __init__(self, findings: tuple[Finding, ...], message: str | Sentence) -> None:
        super().__init__(message)
        self.findings = findings


class GuardWarned(Guarded):
    """Probably known, or close to somebody known: saved where the findings' ids come back acknowledged."""

    code = "guard_warned"
    exit_code = 9


class GuardRefused(Guarded):
    """Known to near certainty, or by a value that one customer only may hold: saved by a supervisor's reason alone."""

    code = "guard_refused"
    exit_code = 10


class VersionWanted(Conflict):
    """A change that does not say which version it is about."""

    code = "version_wanted"
    http_status = 428


class Unreadable(BadInput):
    """No reader can open these bytes. `reason` is the stable word that goes into the letter's reason."""

    code = "unreadable"

    def __init__(self, reason: str, message: str | Sentence) -> None:
        super().__init__(message)
        self.reason = reason


class LimitExceeded(DossierError):
    """A parser went over its limit of time, memory, pages, pixels, size or depth."""

    code = "limit_exceeded"
    then = "reject"
    exit_code = 2
    http_status = 422

    def __init__(self, reason: str, message: str | Sentence) -> None:
        super().__init__(message)
        self.reason = reason


class Forbidden(DossierError):
    """The asker is known and may not."""

    code = "forbidden"
    exit_code = 6
    http_status = 403


class NotSignedIn(Forbidden):
    """Nobody is signed in, the session has ended, or login and password do not fit."""

    code = "not_signed_in"
    http_status = 401


class TooManyTries(Forbidden):
    """The password was wrong too often. `wait_s` says after how many seconds to try again."""

    code = "too_many_tries"
    http_status = 429

    def __init__(self, wait_s: int, message: str | Sentence) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class EngineAway(DossierError):
    """An engine (database, store, index, OCR) does not answer. Never turned into an empty result."""

    code = "engine_away"
    then = "retry"
    exit_code = 7
    http_status = 503


class EngineFailed(EngineAway):
    """An engine is there and broke over this very thing. Tried again a few times only: it may be the thing's fault."""

    code = "engine_failed"


class Damaged(DossierError):
    """What we hold does not prove true: a digest or a sealed block differs."""

    code = "damaged"
    exit_code = 8
    http_status = 500
