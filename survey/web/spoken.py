"""In which language somebody reads who was asked: the address decides, else the browser.

Nothing is remembered: no cookie. Where the address names a language (`?lang=de`), every link and
form of the page goes on with it, so it holds until the person leaves. A survey is read in one of
its own languages; what the program itself says is English where it does not speak that one.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from survey.language import LANGUAGES, NAMES, best, speak
from survey.services.surveys import SurveyView


@dataclass(frozen=True)
class Spoken:
    """How a page is read.

    Attributes
    ----------
    code
        The language of the questions, as their file calls it.
    way
        What links and forms go on with: `?lang=de`, or nothing where the browser decided.
    onward
        The same for a page that knows no survey and would choose among the program's languages.
    others
        The survey's other languages, each with its name for itself.
    """

    code: str
    way: str = ""
    onward: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def foreign(self) -> str:
        """The language of the questions, where the program does not speak it; else empty."""
        return "" if _short(self.code) in LANGUAGES else self.code


ENGLISH = Spoken("en")


def read_in(view: SurveyView) -> Spoken:
    """Return how this request is read, of the languages of a survey, and speak so from now on."""
    offered = view.questionnaire.languages
    asked = request.args.get("lang", "")
    shorts = {_short(code): code for code in reversed(offered)}
    liked = shorts[best(request.headers.get("Accept-Language", ""), tuple(map(_short, offered)))]
    code = asked if asked in offered else liked
    speak(_short(code))
    way = f"?lang={code}" if asked == code else ""
    onward = way if offered == LANGUAGES else f"?lang={code}"
    others = tuple((one, NAMES.get(one, one)) for one in offered if one != code)
    return Spoken(code, way, onward, others)


def way_here() -> str:
    """Return what links go on with where no survey is known."""
    asked = request.args.get("lang", "")
    return f"?lang={asked}" if asked in LANGUAGES else ""


def listen(blueprint: Blueprint) -> None:
    """Let the pages of a blueprint follow `?lang=`, also where no survey is found, and say so."""
    blueprint.before_request(_as_asked)
    blueprint.after_request(_varies)


def _as_asked() -> None:
    if request.args.get("lang") in LANGUAGES:
        speak(request.args["lang"])


def _varies(response: Response) -> Response:
    response.vary.add("Accept-Language")
    return response


def _short(code: str) -> str:
    return code.lower().partition("-")[0]
