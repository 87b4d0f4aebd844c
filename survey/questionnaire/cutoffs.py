"""The cut-offs of the verdict, as a table of a questionnaire file.

Here belong their names, ranges and what each one says; the values they have when a file leaves
them out are those of `definition.Readiness`. How they must stand to each other is in `settings`.
"""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from survey.questionnaire.definition import Readiness as Defaults
from survey.questionnaire.kinds import (
    Cut,
    Number,
    Reference,
    Reliability,
    Share,
    Spread,
    Sure,
    Table,
)

Change = Annotated[Number, Field(ge=0, le=10)]


def _setting(description: str, name: str) -> Any:
    return Field(default=getattr(Defaults, name), description=description)


class ReadinessTable(Table):
    """The cut-offs of the verdict. All are judgement; a key left out has the value shown here."""

    noun: ClassVar[str] = "readiness"
    floor: Cut = _setting("the score under which a dimension speaks against a start", "floor")
    target: Cut = _setting("the score from which a dimension is good enough", "target")
    block: Sure = _setting("how surely below the floor a dimension must be to block", "block")
    overall: Sure = _setting("how sure the index must be, in either direction", "overall")
    gate: Sure = _setting("how surely every dimension reaches the floor in ready", "gate")
    weakest: Share = _setting("the same in ready with conditions", "weakest")
    condition: Sure = _setting(
        "a dimension that reaches the target less surely is a condition", "condition"
    )
    below_target: int = Field(
        default=Defaults.below_target,
        ge=0,
        le=100,
        description="how many dimensions may lie under the target in ready",
    )
    min_answers: int = Field(
        default=Defaults.min_answers, ge=2, le=1000, description="answers a team needs"
    )
    min_rate: Share = _setting("share of the people asked who must have answered", "min_rate")
    min_dimensions: int = Field(
        default=Defaults.min_dimensions,
        ge=1,
        le=100,
        description="dimensions a person must have scored to count in the index",
    )
    silent_shift: Change = _setting(
        "how much lower or higher those who did not answer might score", "silent_shift"
    )
    harm_items: list[Reference] = Field(
        default=[],
        max_length=60,
        description="the items about harm; answering them high is a harm signal",
    )
    harm_from: Cut = _setting("the raw mean on the harm items from which it counts", "harm_from")
    harm_people: int = Field(
        default=Defaults.harm_people, ge=2, le=1000, description="people it takes at least"
    )
    harm_share: Share = _setting("share of those answering it takes at least", "harm_share")
    favourable: Cut = _setting("a score from here on is favourable", "favourable")
    prior_df: Annotated[Number, Field(gt=0, le=1000)] = _setting(
        "how many answers the assumed spread is worth", "prior_df"
    )
    index_reliability: Reliability = _setting("reliability of the index", "index_reliability")
    index_prior_sd: Spread = _setting("assumed spread of the index", "index_prior_sd")
    item_prior_sd: Spread = _setting("assumed spread of a single item", "item_prior_sd")
    gap_reliability: Reliability = _setting("reliability of know minus do", "gap_reliability")
    gap_prior_sd: Spread = _setting("assumed spread of know minus do", "gap_prior_sd")
    split_people: int = Field(
        default=Defaults.split_people, ge=2, le=1000, description="people on each side of a split"
    )
    split_share: Share = _setting("share of a team on each side of a split", "split_share")
    split_low: Cut = _setting("a score below is on the low side of a split", "split_low")
    split_high: Cut = _setting("a score above is on the high side of a split", "split_high")
    split_answers: int = Field(
        default=Defaults.split_answers, ge=4, le=1000, description="answers a split needs"
    )
    done: Cut = _setting("a practice done this much is already done", "done")
    done_sure: Sure = _setting("how sure that must be", "done_sure")
    know_enough: Cut = _setting("a practice less clear than this is clarified first", "know_enough")
    support_low: Share = _setting(
        "a critical dimension reaching the floor less surely comes first", "support_low"
    )
    support_high: Sure = _setting("all as sure as this support a start", "support_high")
    gap_least: Annotated[Number, Field(ge=0, le=20)] = _setting(
        "the gap from which starting here is advised", "gap_least"
    )
    chasm: Annotated[Number, Field(gt=0, le=20)] = _setting(
        "a person's gap that is a chasm", "chasm"
    )
    change_dimension: Change = _setting(
        "the smallest change of a dimension that is ever called one", "change_dimension"
    )
    change_index: Change = _setting("the same for the index", "change_index")
