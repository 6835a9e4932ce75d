"""One digest over many: a Merkle tree's root.

Source: RFC 6962, section 2.1 (leaf and node prefixes keep a node from passing for a leaf).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

_LEAF, _NODE = b"\x00", b"\x01"
EMPTY = hashlib.sha256(b"").hexdigest()


def leaf(data: bytes) -> bytes:
    """The digest of one entry's bytes."""
    return hashlib.sha256(_LEAF + data).digest()


def root(leaves: Sequence[bytes]) -> str:
    """The hex root over leaf digests in their order; `EMPTY` where there are none."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        paired = [hashlib.sha256(_NODE + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        # An odd last node moves up as it is: the same tree as splitting at the largest power of two.
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()
