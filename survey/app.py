"""The app, put together: settings, database, keys, pages.

This is the only place that knows all parts. Nothing is decided here but what belongs to whom.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.orm import Session, sessionmaker

from survey.ballots.keys import KeyFolder
from survey.browser import PATIENT, BrowserNotThere, find_browser
from survey.charts.pictures import Pictures
from survey.config import Config, instance_folder, load_config
from survey.exports.client_files import ClientFiles
from survey.exports.illustrating import Illustrator
from survey.exports.parcels import Parcels
from survey.jobs.clearing import Clearings
from survey.jobs.closings import Closings
from survey.jobs.housekeeping import Housekeeping
from survey.jobs.leaving import Leaving
from survey.jobs.postman import Postman
from survey.language import day, gettext, moment, ngettext, number
from survey.mail import Server
from survey.questionnaire.guide_files import FOLDER
from survey.questionnaire.shipped import shipped_folder
from survey.report.words import text
from survey.services.roster_staging import Rosters
from survey.storage.engine import make_sessions
from survey.storage.migrate import migrate
from survey.web import (
    about,
    account,
    adding,
    agreeing,
    asked,
    assets,
    cards,
    clients,
    closing,
    console,
    errors,
    exporting,
    giving,
    guiding,
    helping,
    hiding,
    landing,
    leaving,
    letterhead,
    links,
    login,
    mailing,
    noting,
    opening,
    outcomes,
    papers,
    parcel,
    people,
    preparing,
    preview,
    promises,
    reading,
    record,
    rehearsing,
    reports,
    respond,
    result,
    rights,
    roster_people,
    roster_upload,
    running,
    second_factor,
    security,
    setup,
    share,
    shelf,
    static_files,
    steps,
    takeaway,
    tree,
    viewed,
)
from survey.web.site import EXTENSION, PARCELS, Site

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
PAGES = (
    assets,
    landing,
    respond,
    record,
    result,
    promises,
    about,
    login,
    setup,
    account,
    second_factor,
    console,
    clients,
    tree,
    roster_people,
    roster_upload,
    preparing,
    steps,
    asked,
    preview,
    rehearsing,
    opening,
    cards,
    mailing,
    closing,
    running,
    adding,
    reports,
    guiding,
    hiding,
    agreeing,
    outcomes,
    papers,
    takeaway,
    parcel,
    letterhead,
    links,
    giving,
    share,
    reading,
    people,
    helping,
    viewed,
    leaving,
    exporting,
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
    # Named after the package, not this module: folders follow the name.
    app = Flask("survey", static_folder=None, template_folder=str(shipped_folder("templates")))
    look = static_files.load(Path(__file__).parent / "static")
    pictures = _pictures(config)
    site = Site(config, sessions, KeyFolder(config.keys), clock or _now, look, _served(pictures))
    app.extensions[EXTENSION] = site
    shelf.put_up(app)
    _put_to_work(app, site, pictures, background=background)
    _set_up_templates(app, look, pictures)
    security.protect(app, config)
    errors.handle(app)
    rights.guard(app)
    noting.watch(app)
    for module in PAGES:
        app.register_blueprint(module.blueprint)
    forms = CSRFProtect(app)
    # Neither respondents nor who comes by a link have a cookie to forge a request with.
    for theirs in (respond, result, share, setup):
        forms.exempt(theirs.blueprint)
    return app


def _put_to_work(app: Flask, site: Site, pictures: Pictures, *, background: bool) -> None:
    """Make what works beside the pages, for those that ask for it; set it going in a server."""
    config, sessions, clock = site.config, site.sessions, site.clock
    own_guides = config.instance / FOLDER
    parcels = Parcels(config.instance / "parcels", sessions, pictures, clock, own_guides)
    exports = ClientFiles(config.instance / "exports", sessions, pictures, clock, own_guides)
    rosters = Rosters(config.instance / "rosters", sessions)
    illustrator = Illustrator(sessions, pictures, clock)
    drawing = illustrator.start if background else None
    closings = Closings(sessions, site.keys, clock, config.instance / "closing", closed=drawing)
    clearings = Clearings(sessions, config.instance / "leaving", [illustrator.clear])
    postman = _postman(config, sessions, clock)
    app.extensions[PARCELS] = parcels
    app.extensions[exporting.EXTENSION] = exports
    app.extensions[roster_upload.EXTENSION] = rosters
    app.extensions[closing.EXTENSION] = closings
    app.extensions[leaving.EXTENSION] = clearings
    app.extensions[mailing.EXTENSION] = postman
    if not background:
        return
    leaves = Leaving(
        *(sessions, site.keys, clock, clearings, config.public_url),
        by_mail=config.mail_set_up,
        forget=(rosters.forget, exports.discard),
    )
    chores = [parcels.tidy, exports.tidy, rosters.tidy, *leaves.chores(), illustrator.everything]
    if pictures.browser:
        chores.append(pictures.browser.tidy)
    else:
        log.warning("No Chromium or Chrome: no PDF; pages draw their figures themselves.")
    Housekeeping(closings, sessions, chores).start()
    postman.start()


def _postman(config: Config, sessions: sessionmaker[Session], clock: Clock) -> Postman:
    """Return what sends mails; without a mail server it sends none."""
    return Postman(
        sessions,
        Server.of(config),
        clock,
        config.instance / "mail",
        config.public_url,
        config.mails_per_minute,
    )


def _pictures(config: Config) -> Pictures:
    """Return where pictures are kept; without a browser pages draw their figures themselves."""
    try:
        browser = find_browser(config.browser)
    except BrowserNotThere as fault:
        log.warning("%s", fault)
        browser = None
    own = replace(browser, folder=config.instance / "browser") if browser else None
    return Pictures(config.instance / "pictures", own)


def _served(pictures: Pictures) -> Pictures:
    """Return the same for whoever waits for a page: such a one does not wait for ever."""
    browser = pictures.browser
    return replace(pictures, browser=browser and replace(browser, patience=PATIENT))


def _set_up_templates(app: Flask, look: static_files.Assets, pictures: Pictures) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=look.address, picture=pictures.find)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    app.jinja_env.filters.update(moment=moment, day=day, number=number, text=text)


def _now() -> datetime:
    return datetime.now(UTC)
