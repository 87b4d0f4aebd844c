"""What went wrong in the background, told in a sentence and logged without what people wrote."""

import logging
from collections.abc import Callable, Mapping

from survey.errors import UserError
from survey.language import mark

log = logging.getLogger(__name__)

UNFORESEEN = mark("Something went wrong. The log of the server says what.")


class Told(str):
    """What went wrong, as told here, and what it takes to tell it in another language."""

    sentence: str
    details: Mapping[str, str]

    @classmethod
    def of(cls, error: UserError) -> "Told":
        """Return what an error tells."""
        told = cls(error)
        told.sentence = error.sentence()
        told.details = {name: str(detail) for name, detail in error.details.items()}
        return told


def told(work: Callable[[], object]) -> str:
    """Do the work; return what went wrong, in a sentence."""
    try:
        work()
    except UserError as error:
        return Told.of(error)
    except Exception as error:
        # Neither the message nor the values of a statement: they may hold what people wrote.
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        log.error("Failed: %s at %s", type(error).__name__, place)
        return UNFORESEEN
    return ""
