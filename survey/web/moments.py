"""Moments in words, in the time zone of the survey they belong to."""

from datetime import datetime
from zoneinfo import ZoneInfo

from survey.report.words import day

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def moment(when: datetime, timezone: str) -> str:
    """Return `Friday 4 December 2026, 18:00 (Europe/Berlin)`."""
    local = there(when, timezone)
    return f"{DAYS[local.weekday()]} {day(local)}, {local:%H:%M} ({timezone})"


def there(when: datetime, timezone: str) -> datetime:
    """Return a moment as the clocks of a time zone show it."""
    return when.astimezone(ZoneInfo(timezone))
