"""Time as the catalogue keeps it: UTC as text that sorts, and the branch's own day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def utc_now() -> str:
    """Now, as the catalogue writes it: ISO 8601, UTC, microseconds."""
    return as_text(datetime.now(UTC))


def as_text(moment: datetime) -> str:
    """A moment with a time zone, as the catalogue writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def as_moment(text: str) -> datetime:
    """A moment read back from the catalogue."""
    return datetime.fromisoformat(text)


def day_in(time_zone: str, moment: datetime) -> date:
    """The day that a branch's own calendar shows at this moment. `time_zone` is an IANA name."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def last_day_anywhere() -> str:
    """The latest day (ISO) that a calendar on earth shows now: what is so from a later day is not so yet."""
    return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


def iso_day(text: str) -> str | None:
    """A day as given, in ISO form (`2026-12-31`, `31.12.2026` or `31/12/2026`); None where it is none."""
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date().isoformat()
        except ValueError:
            continue
    return None
