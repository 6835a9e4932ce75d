"""Who asks: an argument of every read and write, never a global.

Policy. Customers are visible company-wide, their sensitive fields masked by role; documents and cases are
visible by branch and mark. The filter lies inside the query, so counts and suggestions leak nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an employee may do; a branch says which employees hold it."""

    CLERK = "clerk"
    ENGINEER = "engineer"
    STAFF = "staff"
    ADMIN = "admin"


SENSITIVE_FIELDS = frozenset({"tax_id", "birth_date", "passport"})
_SEES_SENSITIVE = frozenset({Role.CLERK, Role.ADMIN})
_DECIDES = frozenset({Role.CLERK, Role.ADMIN})
_LOADS = frozenset({Role.ENGINEER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Access:
    """An employee or a named system actor, with what it may see.

    `branches` None means every branch; `marks` are the confidentiality marks it may see beside the unmarked.
    """

    actor: str
    roles: frozenset[Role]
    branches: frozenset[str] | None
    marks: frozenset[str] = frozenset()

    def sees_branch(self, branch: str) -> bool:
        """Whether a document of this branch may be shown at all."""
        return self.branches is None or branch in self.branches

    def sees(self, branch: str, mark: str) -> bool:
        """Whether a document of this branch with this mark ('' = unmarked) may be shown."""
        return self.sees_branch(branch) and (not mark or mark in self.marks)

    @property
    def sees_sensitive(self) -> bool:
        """Whether birth dates and tax ids are shown in full."""
        return bool(self.roles & _SEES_SENSITIVE)

    @property
    def decides(self) -> bool:
        """Whether the desk's decisions (accept, correct, reject) are this employee's to take."""
        return bool(self.roles & _DECIDES)

    @property
    def loads(self) -> bool:
        """Whether bulk loads, verify and reindex are this employee's to run."""
        return bool(self.roles & _LOADS)


def system(actor: str) -> Access:
    """The access of a named part of the system itself: sees and does everything, and is named in the journal."""
    return Access(f"system:{actor}", frozenset(Role), None, frozenset({"confidential"}))


def masked(value: str, keep: int = 2) -> str:
    """A sensitive value with all but its last `keep` characters hidden."""
    return "•" * max(len(value) - keep, 0) + value[-keep:] if value else ""
