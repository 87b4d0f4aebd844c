"""The frozen values a report consists of.

Everything that a page, chart or export shows is read from here, and everything here follows from
released values. No sentence belongs here (see `survey.report.words`), and no computation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from survey.disclosure.values import Policy, Released, Withheld
from survey.questionnaire.definition import Questionnaire, Text
from survey.questionnaire.guides import Guides
from survey.readiness.kinds import Advice, Rule

State = Literal["strong", "sound", "unclear", "weak"]
"""strong: likely at the target; sound: very likely at the floor; weak: very likely below it."""


@dataclass(frozen=True)
class Estimate:
    """A released mean with its 95 % interval, its probabilities and the state they put it in."""

    released: Released
    low: float
    high: float
    p_floor: float
    p_target: float
    state: State


@dataclass(frozen=True)
class ScaleResult:
    """One scale or facet of one group."""

    id: str
    name: Text
    figure: Estimate | Withheld
    facets: tuple["ScaleResult", ...] = ()
    split: bool | None = None
    """Whether the group is in two camps on it; None where that is not let out."""


@dataclass(frozen=True)
class ItemResult:
    """One statement of one group (from 10 answers on): released mean of the keyed answers."""

    id: str
    scale: str
    text: Text
    key: int
    figure: Released | Withheld


@dataclass(frozen=True)
class PracticeResult:
    """One practice of one group. Know, do, gap are shown from 10 answers on, advice from k on."""

    id: str
    label: Text
    statement: Text
    critical: tuple[str, ...]
    know: Released | Withheld
    do: Released | Withheld
    gap: Estimate | Withheld
    """Knowing minus doing. Its state is "weak" where its interval lies above zero, else "unclear";
    its probabilities, of reaching floor and target, mean nothing."""
    advice: Advice | None
    watch: tuple[str, ...]
    """The dimensions that the advice names: those to mend first, or the weakest to watch."""


@dataclass(frozen=True)
class Verdict:
    """The verdict of B18 on released values, with everything that is always shown beside it."""

    rule: Rule
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]
    weakest: str | None
    silent_lower: Rule | None
    """The verdict if those who did not answer stood lower; None where nobody knows how many."""
    silent_higher: Rule | None
    with_everybody: Rule | None = None
    """The verdict if all who were asked had answered, with these very averages."""


Answer = Literal["can", "can_with_conditions", "cannot_yet", "too_few", "too_close"]
"""Whether a group can carry the named practice; the last two are the faces of no evidence."""


@dataclass(frozen=True)
class Finding:
    """Whether a group can carry the practice that is planned, and what that rests on."""

    answer: Answer
    critical: tuple[str, ...]
    """The dimensions it hangs on: those named at opening, else all."""
    against: tuple[str, ...]
    """Scales (capacity and resolve among them) for which the group cannot carry it yet."""
    conditions: tuple[str, ...]
    """Scales that are to be mended or watched, those that matter most first."""
    small: bool
    """Whether to begin with one small trial, and not with everybody."""
    own: Advice | None = None
    """The advice on the practice itself, where it is one of those asked about."""
    silent_lower: Answer | None = None
    """The answer if those who did not answer stood lower."""
    silent_higher: Answer | None = None


CommitmentState = Literal["open", "done", "dropped"]


@dataclass(frozen=True)
class Commitment:
    """Something that a group agreed to do: by which role, until when, and what became of it."""

    who: str
    what: str
    until: date
    state: CommitmentState


@dataclass(frozen=True)
class Change:
    """A scale against the previous wave, from released values."""

    scale: str
    name: Text
    before: Released
    after: Released
    difference: float
    low: float
    high: float
    clear: bool
    """Whether the interval leaves out zero."""
    detectable: float
    """The smallest difference these two waves could have shown (80 % power, 5 %)."""


@dataclass(frozen=True)
class WavePoint:
    """One wave of a group over time: what was released of the same units then."""

    closed: date
    n: int
    asked: int
    figures: Mapping[str, Estimate]
    """Scale (or INDEX) -> what was released of it."""
    changes: tuple[Change, ...]
    """Against the point before; empty for the first."""


@dataclass(frozen=True)
class Stories:
    """Newcomers less veterans on one scale, over the whole survey: are old stories passed on?"""

    scale: str
    name: Text
    newcomer: Text
    """What the newcomers chose when asked for their time in the team."""
    veteran: Text
    difference: Released
    low: float
    high: float
    sign: Literal["passed_on", "nothing_to_pass", "brighter", "gloomier", "unclear"]


@dataclass(frozen=True)
class Comparison:
    """How far teams differ on a scale, from released means, counts and the fixed spread (B8)."""

    scale: str
    name: Text
    groups: int
    people: int
    share: float
    """ICC(1): the part of the differences between answers that lies between teams."""
    low: float
    high: float
    apart: float
    """From how many points on two averages of usual groups differ beyond chance."""
    usual: tuple[int, int]
    """How many of how many people a usual group is."""
    cut: bool
    """Whether averages are cut off, so that the true part may be larger."""
    worth: Literal["unknown", "some"]
    """Whether teams are told to differ; "unknown" also where they may all be alike."""


@dataclass(frozen=True)
class PickResult:
    """How many chose an option of the pick list (from 10 answers on)."""

    id: str
    text: Text
    figure: Released | Withheld


@dataclass(frozen=True)
class GroupReport:
    """One group: a whole unit, several small units pooled, or a node that sums up groups."""

    key: str
    name: str
    kind: Literal["whole", "pooled", "node"]
    units: tuple[str, ...]
    """Names of the units behind it."""
    n: int
    asked: int
    dimensions: tuple[ScaleResult, ...]
    index: Estimate | Withheld
    capacity: ScaleResult | None
    resolve: ScaleResult | None
    items: tuple[ItemResult, ...]
    practices: tuple[PracticeResult, ...]
    picks: tuple[PickResult, ...]
    comments: tuple[tuple[Text, tuple[str, ...]], ...]
    verdict: Verdict | None
    """None for pooled groups and nodes, which never get one, and where no rules were asked for."""
    changes: tuple[Change, ...]
    hidden: tuple[str, ...] = ()
    """Marks of comments that the consultant hid; what is told is how many."""
    finding: Finding | None = None
    """None where there is no verdict, or no practice was named."""
    agreed: tuple[Commitment, ...] = ()
    """What the same units agreed to after the wave before."""
    could_show: Mapping[str, float] = field(default_factory=dict)
    """Scale (or INDEX) -> the smallest true change that a next wave like this one would show four
    times in five; a scale whose average is cut off is left out."""
    history: tuple[WavePoint, ...] = ()
    """The waves in which the same units stood behind it, oldest first, this one last; empty where
    there are fewer than three."""


@dataclass(frozen=True)
class Facts:
    """What is known of a survey before anybody answers."""

    title: str
    client: str
    practice: str
    """The practice that is planned, "" where none is named."""
    opened: date | None
    closed: date | None
    critical: tuple[str, ...] = ()
    """Dimensions critical for the planned practice."""


@dataclass(frozen=True)
class Report:
    """A whole report. `groups` stand in the order of the tree: wholes and pooled groups."""

    facts: Facts
    questionnaire: Questionnaire
    policy: Policy
    groups: tuple[GroupReport, ...]
    organisation: GroupReport | None
    """All groups together; None where nothing was released."""
    left_out: tuple[str, ...]
    """Names of the units whose answers appear nowhere."""
    asked: int
    answered: int
    """People behind the released groups."""
    previous: Facts | None
    stories: Stories | None = None
    """None where newcomers and veterans were not asked for, or too few to be compared."""
    comparisons: tuple[Comparison, ...] = ()
    """The index, then the dimensions; empty where too few groups or people can be compared."""
    guides: Guides | None = None
    """Where questions and first actions come from; None: those that come with the program."""
