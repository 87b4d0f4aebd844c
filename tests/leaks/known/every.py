"""Every known leak."""

from tests.leaks.known import (
    accounts,
    boxes,
    closing,
    comments,
    figures,
    leaving,
    mails,
    pages,
    rights,
    running,
    tables,
)

LEAKS = (
    *figures.LEAKS,
    *comments.LEAKS,
    *boxes.LEAKS,
    *tables.LEAKS,
    *leaving.LEAKS,
    *closing.LEAKS,
    *mails.LEAKS,
    *pages.LEAKS,
    *running.LEAKS,
    *rights.LEAKS,
    *accounts.LEAKS,
)
