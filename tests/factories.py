"""Values that many tests start from: the environment instrument, small and without its texts.

The ids, keys, scales and critical dimensions are those of the shipped questionnaire; the wording is
made up here, so that a test of the statistics does not hang on the wording of an item.
"""

from survey.questionnaire.definition import (
    Choice,
    Facet,
    Item,
    OpenQuestion,
    PickList,
    Practice,
    PracticeBlock,
    Questionnaire,
    Readiness,
    Response,
    Scale,
    Section,
    Tenure,
    Text,
)

KEYS = {
    "TRUST": "T1+ T2- T3+ T4+ T5- T6-",
    "COOP": "C1+ C2- C3+ C4-",
    "OPEN": "P1- P2- P3- P4- P5+",
    "CIVIL": "I1- I2- I3- I4+",
    "SAFE": "S1- S2- S3- S4+",
    "PAST": "B1- B2- B3- B4+ B5+",
    "VISION": "V1+ V2+ V3- V4-",
    "CAPACITY": "K1+ K2+ K3+",
    "RESOLVE": "R1+ R2+",
}
ROLES = {"CAPACITY": "capacity", "RESOLVE": "resolve"}
FREQUENCY = ("OPEN", "CIVIL", "SAFE")
CRITICAL = {
    "01": "COOP VISION",
    "02": "COOP VISION",
    "03": "COOP VISION",
    "04": "COOP OPEN",
    "05": "COOP OPEN",
    "06": "OPEN VISION",
    "07": "COOP VISION",
    "08": "TRUST CIVIL SAFE",
    "09": "TRUST OPEN SAFE",
    "10": "COOP VISION",
    "11": "TRUST OPEN PAST",
    "12": "TRUST CIVIL",
}


def english(words: str) -> Text:
    return {"en": words}


def make_response(response_id: str, lo: int = 1, hi: int = 5) -> Response:
    labels = tuple(english(f"{response_id} {answer}") for answer in range(lo, hi + 1))
    return Response(response_id, lo, hi, labels, english("can't say"))


def make_scale(scale_id: str) -> Scale:
    role = ROLES.get(scale_id, "dimension")
    name = english(scale_id.title())
    return Scale(scale_id, name, role, english(f"{scale_id} is high"), 0.70, 0.75)  # type: ignore[arg-type]


def make_items(scale_id: str) -> tuple[Item, ...]:
    response = "frequency" if scale_id in FREQUENCY else "agreement"
    return tuple(
        Item(
            id=name[:-1],
            scale=scale_id,
            key=1 if name.endswith("+") else -1,
            response=response,
            section=scale_id.lower(),
            text=english(f"Statement {name[:-1]}."),
        )
        for name in KEYS[scale_id].split()
    )


def make_practices(many: int) -> tuple[Practice, ...]:
    return tuple(
        Practice(
            id=number,
            label=english(f"Practice {number}"),
            statement=english(f"We do {number}."),
            critical=tuple(dimensions.split()),
        )
        for number, dimensions in list(CRITICAL.items())[:many]
    )


def make_questionnaire(
    *,
    practices: int = 12,
    scales: tuple[str, ...] = tuple(KEYS),
    readiness: Readiness | None = None,
) -> Questionnaire:
    """The environment instrument; fewer practices or scales where a test needs no more."""
    harm = tuple(i for i in ("S1", "S3") if "SAFE" in scales)
    return Questionnaire(
        id="environment",
        version="test",
        languages=("en",),
        title=english("Working environment"),
        intro=english("Think of this team."),
        minutes=10,
        source=english("made for tests"),
        licence="CC0-1.0",
        responses={r: make_response(r) for r in ("agreement", "frequency", "extent")},
        sections=tuple(Section(s.lower(), english(s.title()), english("")) for s in scales),
        scales=tuple(make_scale(s) for s in scales),
        facets=(
            Facet("TRUST_PEERS", "TRUST", english("Trust in colleagues"), ("T1", "T2", "T3")),
            Facet("TRUST_LEADERS", "TRUST", english("Trust in leaders"), ("T4", "T5", "T6")),
        ),
        items=tuple(item for s in scales for item in make_items(s)),
        practice_block=PracticeBlock(
            section=Section("practices", english("Practices"), english("")),
            response="extent",
            know=english("How clear is it?"),
            do=english("How consistently is it done?"),
        ),
        practices=make_practices(practices),
        pick_list=PickList(
            english("What gets in the way?"),
            3,
            tuple(Choice(c, english(c)) for c in ("trust", "numbers", "time")),
        ),
        open_questions=(OpenQuestion("O1", english("What one change would help?")),),
        tenure=Tenure(
            question=english("How long have you been in this team?"),
            bands=tuple(Choice(c, english(c)) for c in ("lt1", "1to3", "gt3")),
            newcomer="lt1",
            veteran="gt3",
            scale="PAST",
        ),
        readiness=readiness or Readiness(harm_items=harm),
    )
