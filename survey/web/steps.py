"""The pages on which a draft is filled in, one step each; whatever is typed is saved.

Who is asked has a page of another kind: see `asked`. What the fields are stands in `draft_forms`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Reply

from survey.language import LANGUAGES, NAMES
from survey.language import gettext as _
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.texts import PRACTICE
from survey.services.drafts import SavedMeanwhile, save_step
from survey.services.plan_faults import LONGEST_INTRODUCTION
from survey.web.draft_forms import (
    LABELS,
    WAS,
    Theirs,
    put_faults,
    read_was,
    sent_form,
    shown_form,
    typed_in,
    was_shown,
)
from survey.web.draft_pages import HEADINGS, Open, ago, me, opened_draft, read_draft, render
from survey.web.forms import Form
from survey.web.planning import CALLED, dimensions, questionnaires, zones
from survey.web.preview import FRAMING
from survey.web.site import site

blueprint = Blueprint("steps", __name__)

RULE = "/drafts/<draft>/<any(questions, practice, dates, answering):step>"


@blueprint.get(RULE)
def show(draft: str, step: str) -> Response:
    """Show a step with what was filled in so far, and what is wrong with it."""
    opened = opened_draft(draft)
    form = shown_form(step, opened.draft.settings)
    put_faults(form, opened.ready.faults_of(step), missing="check" in request.args)
    return _page(step, opened, form)


@blueprint.post(RULE)
def save(draft: str, step: str) -> Response | Reply:
    """Save a step, right or wrong; go on where nothing is wrong."""
    form, now = sent_form(step), site().clock()
    before = opened_draft(draft)
    was = read_was(request.form.get(WAS, ""))
    try:
        with site().sessions() as database:
            view = save_step(database, draft, step, typed_in(step, form), was, me(), now)
    except SavedMeanwhile as error:
        return _page(step, read_draft(error.theirs, before.grounds), form, error, status=409)
    opened = read_draft(view, before.grounds)
    faults = opened.ready.faults_of(step)
    if any(not fault.missing for fault in faults):
        put_faults(form, faults, missing=False)
        return _page(step, opened, form, status=422)
    return redirect(onward(draft, step), 303)


def onward(draft: str, step: str) -> str:
    """Return where to go after saving: to the next page, or back to the check list."""
    names = list(HEADINGS)
    if request.form.get("go") != "on":
        return f"/drafts/{draft}"
    return f"/drafts/{draft}/{names[names.index(step) + 1]}"


def _page(
    step: str,
    opened: Open,
    form: Form,
    meanwhile: SavedMeanwhile | None = None,
    status: int = 200,
) -> Response:
    page = render(
        step,
        step,
        opened,
        form=form,
        labels=LABELS,
        faults=form.faults(),
        was=was_shown(step, opened.draft.settings),
        meanwhile=_meanwhile(meanwhile) if meanwhile else None,
        **_MORE[step](opened),
    )
    response = Response(page, status)
    response.headers["Content-Security-Policy"] = FRAMING
    return response


def _meanwhile(error: SavedMeanwhile) -> dict[str, object]:
    theirs = [
        Theirs(_(LABELS[name]), _in_words(getattr(error.theirs.settings, name)))
        for name in error.fields
    ]
    return {"who": error.by.name, "when": ago(error.by.at, site().clock()), "theirs": theirs}


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(value) if isinstance(value, tuple) else str(value) or _("nothing")


def _questions(opened: Open) -> Mapping[str, object]:
    asked = opened.ready.questionnaire
    wanted = opened.grounds.client.language
    return {
        "questionnaires": questionnaires(),
        "called": CALLED,
        "kept": bool(opened.draft.settings.questionnaire_text),
        "languages": [
            (code, NAMES.get(code, code))
            for code in sorted(asked.languages, key=lambda code: code != wanted)
        ],
        "phone_lang": wanted if wanted in asked.languages else asked.languages[0],
    }


def _practice(opened: Open) -> Mapping[str, object]:
    asked = opened.ready.questionnaire
    return {"dimensions": dimensions(asked), "sentences": sentences(asked), "spoken": LANGUAGES}


def _dates(opened: Open) -> Mapping[str, object]:
    return {"zones": zones(), "reminders": opened.ready.reminders}


def _answering(_opened: Open) -> Mapping[str, object]:
    return {"most": LONGEST_INTRODUCTION}


_MORE: Mapping[str, Callable[[Open], Mapping[str, object]]] = {
    "questions": _questions,
    "practice": _practice,
    "dates": _dates,
    "answering": _answering,
}


def sentences(asked: Questionnaire) -> list[tuple[str, str, list[list[str]]]]:
    """Return, for each language, its name and the statements about the practice, cut where it
    stands.
    """
    return [
        (
            code,
            NAMES.get(code, code),
            [
                item.text[code].split(PRACTICE)
                for item in asked.items
                if PRACTICE in item.text[code]
            ],
        )
        for code in asked.languages
    ]
