"""Moments in words, in the time zone of the survey they belong to."""

from datetime import datetime
from zoneinfo import ZoneInfo

from survey.report.words import day

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def moment(when: datetime, timezone: str) -> str:
    """Return `Friday 4 December 2026, 18:00 (Europe/Berlin)`."""
    there = when.astimezone(ZoneInfo(timezone))
    return f"{DAYS[there.weekday()]} {day(there)}, {there:%H:%M} ({timezone})"
