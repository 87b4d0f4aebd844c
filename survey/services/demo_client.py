"""The fictional client of the demo: its units, and how its people would answer.

Here belong invented people and their invented answers only, drawn from a fixed seed. They take the
same way as everybody's: `survey.services.demo` opens surveys for them, seals and submits what they
answer, and closes the surveys. Nothing here is a result.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from survey.disclosure.values import Unit
from survey.questionnaire.definition import Item, Questionnaire
from survey.report.model import CommitmentState

CLIENT = "Meridian Pumps"
PRACTICE = "joint account planning"
CRITICAL = ("COOP", "OPEN", "VISION")
ORGANISER = "Lindqvist Consulting"
HOLDERS = ("Ana Lindqvist, Lindqvist Consulting", "the works council of Meridian Pumps")
HELP = "Ana Lindqvist, ana@example.org"
HARM_ROLE = "the works council of Meridian Pumps"
CONTROLLER = "Meridian Pumps, management"
CONTROLLER_CONTACT = "privacy@example.org"
PRIVACY_NOTICE = (
    "Meridian Pumps asks what helps and what hinders a new practice. What you answer is sealed at"
    " once, opened once for all together, and destroyed; only figures of groups remain. Taking part"
    " is voluntary. You may complain to the supervisory authority for data protection."
)
SPONSOR = "Jonas Berg, head of sales"
INTRODUCTION = (
    "Twice we began something new and let it lapse. Before we begin again I want to know from you"
    " what is in the way. I see figures of groups, never an answer, and nothing of it goes into any"
    " appraisal."
)

Levels = Mapping[str, float]


@dataclass(frozen=True)
class Team:
    """An invented team: who is asked, who answers, and where its people stand on each scale."""

    unit: Unit
    answering: int
    level: float
    """Where the team stands on every scale that `apart` does not name, from 1 to 5."""
    apart: Levels = field(default_factory=dict)
    later: Levels = field(default_factory=dict)
    """How much each scale has moved by the second wave."""
    camps: Levels = field(default_factory=dict)
    """By the second wave every other person stands so far above it on a scale, the rest below."""


def _unit(key: str, name: str, parent: str | None, asked: int) -> Unit:
    return Unit(key, name, parent, asked)


HEADINGS = (
    _unit("meridian", CLIENT, None, 0),
    _unit("sales", "Sales", "meridian", 0),
    _unit("service", "Service", "meridian", 0),
)

TEAMS = (
    Team(
        _unit("north", "Field North", "sales", 12),
        answering=11,
        level=3.4,
        apart={"PAST": 2.2, "OPEN": 2.6},
        later={"PAST": 1.0, "OPEN": 0.6, "VISION": -0.2},
    ),
    Team(
        _unit("south", "Field South", "sales", 11),
        answering=9,
        level=3.1,
        apart={"OPEN": 2.1, "PAST": 2.3, "CAPACITY": 2.6},
    ),
    Team(_unit("key", "Key accounts", "sales", 9), answering=8, level=3.9, apart={"PAST": 3.4}),
    Team(
        _unit("inside", "Inside sales", "sales", 16),
        answering=14,
        level=3.6,
        apart={"PAST": 3.1, "CAPACITY": 2.4},
        later={"COOP": 0.2},
    ),
    Team(
        _unit("desk", "Service desk", "service", 18),
        answering=15,
        level=3.7,
        apart={"VISION": 3.4},
        later={"CIVIL": -0.9, "SAFE": -0.9},
        camps={"CIVIL": 1.4},
    ),
    Team(
        _unit("east", "Installation East", "service", 9),
        answering=7,
        level=3.8,
        apart={"TRUST": 4.2, "VISION": 3.3},
    ),
    Team(_unit("west", "Installation West", "service", 6), answering=4, level=3.0),
    Team(_unit("parts", "Spare parts", "service", 4), answering=3, level=3.3),
    Team(
        _unit("marketing", "Marketing", "meridian", 7),
        answering=6,
        level=3.2,
        apart={"COOP": 2.7},
        later={"COOP": 0.4},
    ),
    Team(_unit("finance", "Finance", "meridian", 10), answering=5, level=3.6),
    Team(_unit("board", "Management", "meridian", 5), answering=4, level=4.2),
)

UNITS = (*HEADINGS, *(team.unit for team in TEAMS))

HABITS: Mapping[str, tuple[float, float]] = {
    "01": (0.9, 0.2),
    "02": (0.6, -0.4),
    "03": (-0.4, -0.6),
    "04": (0.8, 0.1),
    "05": (0.7, -0.9),
    "06": (0.9, 0.5),
    "07": (0.3, -0.3),
    "08": (0.9, -1.3),
    "09": (0.5, -0.6),
    "10": (-0.3, -0.5),
    "11": (0.7, -1.2),
    "12": (1.0, 0.1),
}
"""Practice -> how far from its level a team says it knows it, and how far from it it does it."""

SPREAD_OF_PEOPLE, SPREAD_OF_ANSWERS, CANNOT_SAY = 0.45, 0.75, 0.03

REMARKS = {
    "O1": (
        "Decide things once, and write down what was decided.",
        "Fewer reports, more time with customers.",
        "Let the people who do the work say how long it takes.",
        "Talk to each other before talking to the boss.",
        "One list of priorities instead of five.",
        "That somebody asks after a month how it is going.",
        "Shared targets for both departments.",
        "An hour a week in which nobody books a meeting.",
        "Handovers in writing, not in the corridor.",
        "To hear the reasons, not only the result.",
        "Finish one thing before the next one starts.",
        "A quieter tone when something goes wrong.",
    ),
    "O2": (
        "We start something new every spring and nobody asks about it in autumn.",
        "Everyone nods in the meeting and goes on as before.",
        "Targets of the two departments work against each other.",
        "No time to learn it properly.",
        "It is safer to wait until it blows over.",
        "The tool was bought, the training was not.",
        "Whoever tries something first gets the blame.",
        "We know it from the last project.",
        "Too many people have to agree.",
        "The good customers shout loudest, so they get the time.",
        "Nobody says no, so nothing is really decided.",
        "Old quarrels between the regions.",
    ),
    "O3": (
        "When a big customer is in trouble. Then everybody helps without asking.",
        "After the fair in March we planned the follow-up together.",
        "On Fridays, when we go through the open cases together.",
        "When the phones were down and we improvised.",
        "In the first weeks with the new colleagues.",
        "When we know why we are doing it.",
        "During the stocktaking. Everybody pulls in one direction.",
        "When the planning is done by those who carry it out.",
        "At the start of the season.",
        "When somebody brings good news from a customer and we take it apart together.",
    ),
}


@dataclass(frozen=True)
class Promise:
    """Something that a team agreed to after a wave; until when, in days after its closing."""

    group: str
    who: str
    what: str
    days: int
    state: CommitmentState


PROMISES: Mapping[int, Sequence[Promise]] = {
    1: (
        Promise(
            "north",
            "the leader of the team",
            "Look back at the failed planning tool for an hour, and write down what to keep.",
            45,
            "done",
        ),
        Promise(
            "north", "two members, drawn by lot", "Objections first, in each meeting.", 60, "done"
        ),
        Promise(
            "south", "the head of sales", "Two hours a month free for planning.", 90, "dropped"
        ),
        Promise("desk", "the leader of the team", "A rota for the quiet hour.", 60, "open"),
        Promise("all", "the management", "Say the reasons with each decision.", 60, "done"),
    ),
    2: (
        Promise(
            "north",
            "the leader of the team",
            "Plan two accounts together with Inside sales, then look back.",
            230,
            "open",
        ),
        Promise(
            "desk", "a moderator from outside", "Agree on how we speak to each other.", 60, "done"
        ),
        Promise(
            "all", "the management", "Name three goals for the year, and no fourth.", 240, "open"
        ),
    ),
}


@dataclass(frozen=True)
class Person:
    """What one invented person answers."""

    answers: Mapping[str, int]
    tenure: str | None
    picks: tuple[str, ...]
    comments: Mapping[str, str]


def people(questionnaire: Questionnaire, team: Team, wave: int, seed: int) -> Iterator[Person]:
    """Yield the people of a team who answer in a wave (1 or 2), always the same ones."""
    rng = Random(f"{seed}/{wave}/{team.unit.id}")
    for at in range(team.answering):
        yield _person(questionnaire, team, wave, 1 if at % 2 else -1, rng)


def _person(questionnaire: Questionnaire, team: Team, wave: int, side: int, rng: Random) -> Person:
    mood = rng.gauss(0, SPREAD_OF_PEOPLE)

    def level(scale: str) -> float:
        base = team.apart.get(scale, team.level) + mood
        if wave == 1:
            return base
        return base + team.later.get(scale, 0.0) + side * team.camps.get(scale, 0.0)

    answers = {i.id: _keyed(i, level(i.scale), rng) for i in questionnaire.items}
    for practice in questionnaire.practices:
        rests_on = sum(level(d) for d in practice.critical) / len(practice.critical)
        known, done = HABITS.get(practice.id, (0.0, 0.0))
        answers[practice.know] = _answer(team.level + known + mood / 2, rng)
        answers[practice.do] = _answer(rests_on + done, rng)
    given = {column: answer for column, answer in answers.items() if rng.random() > CANNOT_SAY}
    return Person(
        given, _tenure(questionnaire, rng), _picks(questionnaire, rng), _remarks(questionnaire, rng)
    )


def _answer(level: float, rng: Random) -> int:
    return min(5, max(1, round(rng.gauss(level, SPREAD_OF_ANSWERS))))


def _keyed(item: Item, level: float, rng: Random) -> int:
    answer = _answer(level, rng)
    return answer if item.key > 0 else 6 - answer


def _tenure(questionnaire: Questionnaire, rng: Random) -> str | None:
    if questionnaire.tenure is None:
        return None
    bands = [band.id for band in questionnaire.tenure.bands]
    return rng.choice([*bands, bands[-1], None])


def _picks(questionnaire: Questionnaire, rng: Random) -> tuple[str, ...]:
    if questionnaire.pick_list is None:
        return ()
    options = [option.id for option in questionnaire.pick_list.options]
    often = options[:4] * 2 + options
    return tuple(dict.fromkeys(rng.sample(often, rng.randint(0, questionnaire.pick_list.most))))


def _remarks(questionnaire: Questionnaire, rng: Random) -> Mapping[str, str]:
    """Return what the person writes; most write nothing."""
    asked = {question.id for question in questionnaire.open_questions}
    return {
        question: rng.choice(texts)
        for question, texts in REMARKS.items()
        if question in asked and rng.random() < 0.12
    }
