"""What every view needs and the app was made with: settings, sessions, keys, the clock, the look.

Views of any blueprint ask for it with `site()`. Nothing that changes belongs here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session, sessionmaker

from survey.ballots.keys import KeyFolder
from survey.charts.pictures import NO_PICTURES, Pictures
from survey.config import Config
from survey.exports.parcels import Parcels
from survey.web.static_files import Assets

EXTENSION = "headwind"
PARCELS = "headwind.parcels"


@dataclass(frozen=True)
class Site:
    """One instance of the app.

    `sessions()` gives a fresh database session, `clock()` the aware time of now in UTC. `pictures`
    has the pictures of figures, and the browser that draws and prints, where there is one.
    """

    config: Config
    sessions: sessionmaker[Session]
    keys: KeyFolder
    clock: Callable[[], datetime]
    assets: Assets
    pictures: Pictures = NO_PICTURES


def parcels() -> Parcels:
    """Return what makes PDFs of all groups in the background."""
    return cast(Parcels, current_app.extensions[PARCELS])


def site() -> Site:
    """Return the instance that serves this request."""
    return cast(Site, current_app.extensions[EXTENSION])
