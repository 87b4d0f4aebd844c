"""Days and times in words, in the time zone of the survey they belong to."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()


def day(when: date) -> str:
    """Return `4 December 2026`."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def moment(when: datetime, timezone: str) -> str:
    """Return `Friday 4 December 2026, 18:00 (Europe/Berlin)`."""
    there = when.astimezone(ZoneInfo(timezone))
    return f"{DAYS[there.weekday()]} {day(there)}, {there:%H:%M} ({timezone})"
