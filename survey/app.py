"""The app, put together: settings, database, keys, pages.

This is the only place that knows all parts. Nothing is decided here but what belongs to whom.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.orm import Session, sessionmaker

from survey.ballots.keys import KeyFolder
from survey.config import Config, instance_folder, load_config
from survey.jobs import Closings, Housekeeping
from survey.questionnaire.shipped import shipped_folder
from survey.report.words import day
from survey.storage.engine import make_sessions
from survey.storage.migrate import migrate
from survey.web import (
    assets,
    closing,
    console,
    errors,
    hiding,
    landing,
    login,
    opening,
    papers,
    promises,
    record,
    reports,
    respond,
    security,
)
from survey.web.moments import moment
from survey.web.site import EXTENSION, Site

Clock = Callable[[], datetime]
PAGES = (
    assets,
    landing,
    respond,
    record,
    promises,
    login,
    console,
    opening,
    closing,
    reports,
    hiding,
    papers,
)


def create_app(
    config: Config | None = None,
    *,
    sessions: sessionmaker[Session] | None = None,
    clock: Clock | None = None,
    background: bool = False,
) -> Flask:
    """Make the app of an instance.

    Parameters
    ----------
    config : the settings; without them those of the instance folder
    sessions : sessions of a database that is up to date; without them the database of the settings
        is brought up to date and used
    clock : gives the aware time of now; for tests
    background : whether this process also tidies up: a server does, a test or a rehearsal does not
    """
    config = config or load_config(instance_folder(os.environ), os.environ)
    if sessions is None:
        migrate(config.database_url)
        sessions = make_sessions(config.database_url)
    clock = clock or _now
    keys = KeyFolder(config.keys)

    # Named after the package, not this module: folders follow the name.
    app = Flask("survey", static_folder=None, template_folder=str(shipped_folder("templates")))
    look = assets.load(Path(__file__).parent / "static")
    app.extensions[EXTENSION] = Site(config, sessions, keys, clock, look)
    closings = Closings(sessions, keys, clock, config.instance / "closing")
    app.extensions[closing.EXTENSION] = closings
    if background:
        Housekeeping(closings, sessions).start()
    _set_up_templates(app, look)
    security.protect(app, config)
    errors.handle(app)
    for module in PAGES:
        app.register_blueprint(module.blueprint)
    CSRFProtect(app).exempt(respond.blueprint)
    return app


def _set_up_templates(app: Flask, look: assets.Assets) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = look.address
    app.jinja_env.filters.update(moment=moment, day=day)


def _now() -> datetime:
    return datetime.now(UTC)
