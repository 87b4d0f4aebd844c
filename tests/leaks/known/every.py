"""Every known leak."""

from tests.leaks.known import boxes, closing, comments, figures, pages, tables

LEAKS = (
    *figures.LEAKS,
    *comments.LEAKS,
    *boxes.LEAKS,
    *tables.LEAKS,
    *closing.LEAKS,
    *pages.LEAKS,
)
