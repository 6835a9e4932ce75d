"""What all our indexes on a search server share: how they are set up, and what of a thing is written how.

The words come folded, stemmed and cut: the server parts them at spaces and nothing more, so that it finds what the
embedded index finds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from search.paging import DEEPEST, LONGEST_PAGE

KEYWORD: dict[str, Any] = {"type": "keyword", "ignore_above": 255}
LISTED: dict[str, Any] = {"type": "keyword", "doc_values": False}
"""A value that narrows and is never counted."""
ORDERED: dict[str, Any] = {"type": "text", "analyzer": "pieces"}
PIECES: dict[str, Any] = {"type": "text", "analyzer": "pieces", "index_options": "freqs"}
SHOWN: dict[str, Any] = {"type": "object", "enabled": False}
UNTOUCHED: dict[str, Any] = {"type": "text", "index": False, "norms": False}


@dataclass(frozen=True)
class Layout:
    """The fields of one index. A new `version` asks for a reindex. `kept`: what is given back in a hit."""

    name: str
    version: int
    properties: dict[str, Any] = field(repr=False)
    kept: tuple[str, ...] = ("shown",)

    def mappings(self, origin: str) -> dict[str, Any]:
        """The mappings of an index that is made from this archive."""
        return {
            "dynamic": False,
            "_meta": {"layout": self.version, "origin": origin},
            "_source": {"includes": [*self.kept]},
            "properties": self.properties,
        }


def settings(shards: int) -> dict[str, Any]:
    """The index's settings: nothing is seen before it is asked to be, a copy on a second node where there is one."""
    return {
        "index": {
            "number_of_shards": shards,
            "auto_expand_replicas": "0-1",
            "refresh_interval": "-1",
            "max_result_window": DEEPEST + LONGEST_PAGE,
        },
        "analysis": {"analyzer": {"pieces": {"type": "custom", "tokenizer": "whitespace"}}},
    }
