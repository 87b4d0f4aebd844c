"""The settings that decide what pages and papers may promise of a survey, on this site."""

from survey.language import moment
from survey.services.promises.settings import Settings, settings_of
from survey.services.surveys import SurveyView
from survey.web.site import site


def told_of(view: SurveyView) -> Settings:
    """Return them for one survey; whether answers lie in PostgreSQL is known by the site."""
    opens = moment(view.closable_from, view.timezone)
    return settings_of(view, opens, postgresql=not site().config.sqlite)
