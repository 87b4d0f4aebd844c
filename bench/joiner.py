"""What the colleagues of somebody who joined can guess from two reports of the same group.

Everybody else answers twice; between the waves a share of their answers moves by one step. The
guesser knows that one person joined and who, sees both reports, and reckons what the newcomer's
score on each dimension must be for the rounded means to have moved as they did. Told: how often the
guess is in the right third (below 2.5, between, 3.5 and more), and how often the group's own mean,
which everybody may read, would have been.

    python -m bench.joiner
"""

import numpy as np

from survey.disclosure.release import release
from survey.disclosure.values import Policy, Released, Unit
from survey.questionnaire.shipped import find
from survey.scoring import Answers, scale_scores

TEAMS = 150
SIZES = 5, 8, 10, 15, 30
MOVED = 0.0, 0.2, 0.5
QUESTIONNAIRE = find("environment")
DIMENSIONS = [s.id for s in QUESTIONNAIRE.dimensions]


def team(people: int, rng: np.random.Generator) -> np.ndarray:
    """Return raw answers: a level of the team, of each person, of each question, and noise."""
    level, person = rng.normal(3.3, 0.5), rng.normal(0, 0.6, (people, 1))
    question = rng.normal(0, 0.3, (1, len(QUESTIONNAIRE.columns)))
    noise = rng.normal(0, 0.8, (people, question.shape[1]))
    values = np.clip(np.rint(level + person + question + noise), 1, 5).astype(np.uint8)
    turned = [QUESTIONNAIRE.columns.index(item.id) for item in QUESTIONNAIRE.items if item.key < 0]
    values[:, turned] = 6 - values[:, turned]
    return values


def wavered(values: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return answers of which a share has moved by one step."""
    steps = np.where(rng.random(values.shape) < share, rng.choice([-1, 1], values.shape), 0)
    return np.clip(values + steps, 1, 5).astype(np.uint8)


def answers(values: np.ndarray) -> Answers:
    nobody = np.full(len(values), -1, np.int8)
    return Answers(QUESTIONNAIRE.columns, values, np.zeros(len(values), dtype=int), nobody)


def means(values: np.ndarray) -> list[float]:
    """Return what is released of the dimensions."""
    units = (Unit("a", "A", None, len(values)),)
    (group,) = release(QUESTIONNAIRE, answers(values), None, None, units, Policy()).groups
    figures = [group.figures[name] for name in DIMENSIONS]
    return [f.value if isinstance(f, Released) else np.nan for f in figures]


def third(score: np.ndarray) -> np.ndarray:
    return (score > 2.5).astype(int) + (score >= 3.5)


def guesses(people: int, moved: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return how often the guess is right, and how often the group's mean is."""
    right = alone = 0.0
    for _ in range(TEAMS):
        after = team(people + 1, rng)
        before = wavered(after[:people], moved, rng)
        scores = scale_scores(answers(after[people:]), QUESTIONNAIRE)[0, : len(DIMENSIONS)]
        first, second = np.array(means(before)), np.array(means(after))
        reckoned = np.clip((people + 1) * second - people * first, 1, 5)
        right += np.mean(third(reckoned) == third(scores))
        alone += np.mean(third(second) == third(scores))
    return right / TEAMS, alone / TEAMS


def main() -> None:
    rng = np.random.default_rng(3)
    print("people   from both reports, others' answers moved:   from the group's mean")
    print("         " + "".join(f"{share:>9.0%}" for share in MOVED))
    for people in SIZES:
        found = [guesses(people, share, rng) for share in MOVED]
        told = "".join(f"{right:>9.0%}" for right, _ in found)
        print(f"{people:>3} + 1  {told}{found[0][1]:>34.0%}", flush=True)


if __name__ == "__main__":
    main()
