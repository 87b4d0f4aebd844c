"""A moment as the clocks of a survey's time zone show it. In words: `survey.language`."""

from datetime import datetime
from zoneinfo import ZoneInfo


def there(when: datetime, timezone: str) -> datetime:
    """Return a moment as the clocks of a time zone show it."""
    return when.astimezone(ZoneInfo(timezone))
