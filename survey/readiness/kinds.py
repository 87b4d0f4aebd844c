"""The verdicts and the pieces of advice that there are, by name.

What leads to each stands in `survey.readiness.verdict` and `survey.readiness.advice`, what people
read in the `*words` of `survey.report`.
"""

from typing import Literal

Rule = Literal["ready", "ready_with_conditions", "not_yet", "not_enough_evidence"]
Advice = Literal[
    "already_done",
    "clarify_first",
    "environment_first",
    "capacity_first",
    "start_here",
    "try_small",
]
