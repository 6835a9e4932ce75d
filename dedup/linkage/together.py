"""What the records of one cluster say together: two clusters are compared as two records that say all of it would be.

One pair of records knows of a telephone that agrees; that the e-mail addresses differ stands in another record of the same
customer.
"""

from __future__ import annotations

import numpy as np

from dedup.linkage.chance import FIRST_EQUAL
from dedup.linkage.clustering import Rows, Scored
from dedup.linkage.columns import Ints
from dedup.linkage.levels import DWELLING, NAMESAKE, PLACE
from dedup.linkage.patterns import kinds_of, packed, unpacked

_UNLIKELY = 1


def said_together(labels: Rows, pairs: Scored) -> tuple[Ints, Ints]:
    """Answer each two clusters between which there are pairs (the smaller label in the upper half), and their pattern.

    Of each field the best agreement of any of their pairs. Only of a namesake the least counts: one record with a middle name
    that rules him out rules him out.
    """
    left, right = labels[pairs.left], labels[pairs.right]
    across = np.flatnonzero(left != right)
    if not len(across):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing
    keys = np.minimum(left, right)[across] << 32 | np.maximum(left, right)[across]
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    some = pairs.patterns[across[order]]
    codes = unpacked(some)
    said = np.maximum.reduceat(codes, starts)
    said[np.logical_or.reduceat(codes[:, NAMESAKE] == _UNLIKELY, starts), NAMESAKE] = _UNLIKELY
    # Once the dwelling agrees, its town says nothing more, whichever pair told of it.
    said[said[:, DWELLING] >= FIRST_EQUAL[DWELLING] - 2, PLACE] = 0
    return found, packed(said, np.maximum.reduceat(kinds_of(some), starts))
