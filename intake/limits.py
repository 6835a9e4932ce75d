"""How much a stranger's bytes may cost us: every limit of intake in one place, with unit and default."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one call of a parser, and on what one arrival may hold.

    The first group is enforced by the system (`intake.confinement`), the second by the readers themselves.
    Going over one ends in `LimitExceeded` with a stable reason word; nothing is ever cut short silently.
    """

    wall_s: float = 45.0
    """Longest that a call may last, seconds by the wall clock."""
    cpu_s: int = 40
    """Longest that a call may compute, CPU seconds."""
    memory_bytes: int = 1536 * MIB
    """Address space that a call may add to what the preloaded parser process has."""
    file_bytes: int = 512 * MIB
    """Largest file that a call may write."""
    open_files: int = 128
    """Files that a call may hold open."""
    programs: bool = False
    """Whether a call may start programs of its own (OCR does, parsers never)."""
    result_bytes: int = 64 * MIB
    """Largest answer of a call."""

    arrival_bytes: int = 512 * MIB
    """Largest arrival that is opened at all."""
    pages: int = 2000
    """Pages of one file."""
    page_pixels: int = 150_000_000
    """Pixels of one page: A0 at 300 dpi has 139 million."""
    render_pixels: int = 40_000_000
    """Pixels of a page drawn by us; larger sheets are drawn at a lower resolution."""
    text_chars: int = 5_000_000
    """Characters of text of one part."""
    words_per_page: int = 50_000
    """Words with boxes of one page; a page with more keeps its text but no boxes."""
    table_rules: int = 3000
    """Lines and sides of rectangles on one page that is searched for tables; a page with more keeps its text alone."""
    table_cells: int = 2000
    """Cells of all tables of one page; a page with more keeps its text alone."""
    table_pages: int = 60
    """Pages of one file that are searched for tables."""
    table_cpu_s: float = 4.0
    """Longest that the tables of one file may be searched for, CPU seconds."""
    table_wall_s: float = 10.0
    """The same by the wall clock; looked at after each page."""
    parts: int = 200
    """Parts of one letter, counted over all its depths."""
    mime_parts: int = 1000
    """MIME entities of one message, wrappers and empty ones included."""
    depth: int = 6
    """How deep messages and archives may lie in one another."""
    mime_depth: int = 30
    """How deep MIME entities may lie in one message."""
    archive_members: int = 500
    """Members of one archive."""
    archive_bytes: int = 300 * MIB
    """Bytes of all members of one archive together, unpacked."""
    archive_ratio: int = 200
    """Unpacked size over packed size of a member larger than `archive_ratio_from_bytes`."""
    archive_ratio_from_bytes: int = 4 * MIB
    """Members smaller than this may shrink as well as they like."""
    xml_depth: int = 200
    """How deep elements may lie in an XML or HTML part."""
    name_chars: int = 180
    """Longest file name that is shown; the original name is kept whole beside it."""


DEFAULT_LIMITS = Limits()
