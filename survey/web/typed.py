"""Opening codes as somebody types them into a page: one field or two, tried together, never kept.

A form with codes in it is never filled in again: its page comes back with empty fields. Which page
asks, and what follows, belongs to `survey.web.closing` and `survey.web.opening`.
"""

from survey.ballots.codes import OpeningCodeMistyped, WrongOpeningCode, read_opening_code
from survey.ballots.keys import KeyDamaged, KeyMissing
from survey.ballots.wrapping import NEEDED, Scheme
from survey.services.surveys import SurveyView
from survey.web.forms import CodeForm
from survey.web.site import site

FIELDS = "code", "code_2"


def empty_form(scheme: Scheme) -> CodeForm:
    """Return a form with as many fields as it takes codes to open."""
    return _fitted(CodeForm(formdata=None), scheme)


def sent_form(scheme: Scheme) -> CodeForm:
    """Return the form that this request sent."""
    return _fitted(CodeForm(), scheme)


def codes_in(form: CodeForm) -> list[str]:
    """Return what was typed."""
    return [str(form[name].data) for name in FIELDS if name in form]


def opens(form: CodeForm, view: SurveyView) -> bool:
    """Say whether the codes of a form open a survey; if not, the form says why.

    A typing mistake is told beside its field: what shows it is the check character of the code, for
    which nothing of the survey is looked at. Beyond that it is told of both codes together.
    """
    if form.validate() and _typed_well(form):
        try:
            site().keys.unlock(view.slug, codes_in(form))
        except (WrongOpeningCode, KeyMissing, KeyDamaged) as error:
            form.refuse(FIELDS[0], str(error))
    return not form.errors


def _fitted(form: CodeForm, scheme: Scheme) -> CodeForm:
    for name in FIELDS[NEEDED[scheme] :]:
        del form[name]
    return form


def _typed_well(form: CodeForm) -> bool:
    for name, code in zip(FIELDS, codes_in(form), strict=False):
        try:
            read_opening_code(code)
        except OpeningCodeMistyped as error:
            form.refuse(name, str(error))
    return not form.errors
