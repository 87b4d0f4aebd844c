"""What stands at the head of exports; it is kept by `survey.services.letterheads`."""

from survey.report.letterhead import PLAIN, Letterhead

__all__ = ["PLAIN", "Letterhead"]
