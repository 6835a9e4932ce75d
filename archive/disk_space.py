"""A full disk is an engine that is away: nothing is wrong with what was to be written, and space can be made."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from archive.errors import EngineAway

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_no_space(error: BaseException | None) -> bool:
    """Whether a full disk, or a quota used up, is this error or what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OSError) and error.errno in _NO_SPACE:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def no_space(where: object) -> EngineAway:
    """What is told of it. `where` names the disk by something that lies on it."""
    return EngineAway(f"no space is left on the disk of {where}: free some, then try again")


@contextmanager
def space_wanted(where: object) -> Iterator[None]:
    """Where the disk is full in the block, EngineAway; every other error as it is."""
    try:
        yield
    except EngineAway:
        raise
    except Exception as error:
        if is_no_space(error):
            raise no_space(where) from error
        raise
