"""What the colleagues of somebody who joined can guess from two reports of the same group.

Everybody else answers twice; between the waves a share of their answers moves by one step. The
guesser knows that one person joined and who, sees both reports, and reckons what the newcomer's
score on each dimension must be for the rounded means to have moved as they did. Told: how often the
guess is in the right third (below 2.5, between, 3.5 and more), and how often the group's own mean,
which everybody may read, would have been.

Then the same for the word "split", in made-up teams of which three in ten stand low and three high:
where it was "no" and becomes "yes" when one person joins, how often that person stands low or high
and not between, and how often the guess is in the right third, from the means alone and with the
word. Who leaves while a "yes" becomes a "no" is the same, seen backwards.

    python -m bench.joiner
"""

import numpy as np

from survey.disclosure.release import release
from survey.disclosure.values import Policy, Released, Unit
from survey.questionnaire.shipped import find
from survey.scoring import Answers, scale_scores

TEAMS = 150
SIZES = 5, 8, 10, 15, 30
CAMPED = 13, 15, 22, 30
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


def camps(people: int, rng: np.random.Generator) -> np.ndarray:
    """Return raw answers of a team, some of whom stand low, some high, and some between."""
    level, question = rng.normal(3, 0.3), rng.normal(0, 0.3, (1, len(QUESTIONNAIRE.columns)))
    side = rng.choice([-1.1, 0, 1.1], (people, 1), p=[0.3, 0.4, 0.3])
    person, noise = rng.normal(0, 0.25, (people, 1)), rng.normal(0, 0.7, (people, question.size))
    values = np.clip(np.rint(level + side + person + question + noise), 1, 5).astype(np.uint8)
    turned = [QUESTIONNAIRE.columns.index(item.id) for item in QUESTIONNAIRE.items if item.key < 0]
    values[:, turned] = 6 - values[:, turned]
    return values


def answers(values: np.ndarray) -> Answers:
    nobody = np.full(len(values), -1, np.int8)
    return Answers(QUESTIONNAIRE.columns, values, np.zeros(len(values), dtype=int), nobody)


def means(values: np.ndarray, before: str = "") -> np.ndarray:
    """Return what is released of the dimensions; `before`: how the names of the figures begin."""
    units = (Unit("a", "A", None, len(values)),)
    (group,) = release(QUESTIONNAIRE, answers(values), None, None, units, Policy()).groups
    figures = [group.figures[before + name] for name in DIMENSIONS]
    return np.array([f.value if isinstance(f, Released) else np.nan for f in figures])


def third(score: np.ndarray) -> np.ndarray:
    return (score > 2.5).astype(int) + (score >= 3.5)


def guesses(people: int, moved: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return how often the guess is right, and how often the group's mean is."""
    right = alone = 0.0
    for _ in range(TEAMS):
        after = team(people + 1, rng)
        before = wavered(after[:people], moved, rng)
        scores = scale_scores(answers(after[people:]), QUESTIONNAIRE)[0, : len(DIMENSIONS)]
        first, second = means(before), means(after)
        reckoned = np.clip((people + 1) * second - people * first, 1, 5)
        right += np.mean(third(reckoned) == third(scores))
        alone += np.mean(third(second) == third(scores))
    return right / TEAMS, alone / TEAMS


def flips(people: int, moved: float, rng: np.random.Generator) -> np.ndarray:
    """Return a row for each "no" that became a "yes" when one person joined.

    Whether that person stands low or high; whether the guess is right from the means alone, and
    with the word.
    """
    rows = []
    for _ in range(2 * TEAMS):
        after = camps(people + 1, rng)
        before = wavered(after[:people], moved, rng)
        scores = scale_scores(answers(after[people:]), QUESTIONNAIRE)[0, : len(DIMENSIONS)]
        reckoned = (people + 1) * means(after) - people * means(before)
        told = np.where(reckoned < 3, 0, 2)
        band = third(scores)
        flipped = means(after, "split:") > means(before, "split:")
        found = np.stack([band != 1, third(np.clip(reckoned, 1, 5)) == band, told == band], axis=1)
        rows.append(found[flipped])
    return np.concatenate(rows)


def tell_flips(rng: np.random.Generator) -> None:
    print("\npeople   others moved   no to yes   joined low or high   right by means   with word")
    for people in CAMPED:
        for share in MOVED:
            rows = flips(people, share, rng)
            told = "".join(f"{part:>15.0%}" for part in rows.mean(axis=0)) if len(rows) else ""
            print(f"{people:>3} + 1{share:>14.0%}{len(rows):>12}{told}", flush=True)


def main() -> None:
    rng = np.random.default_rng(3)
    print("people   from both reports, others' answers moved:   from the group's mean")
    print("         " + "".join(f"{share:>9.0%}" for share in MOVED))
    for people in SIZES:
        found = [guesses(people, share, rng) for share in MOVED]
        told = "".join(f"{right:>9.0%}" for right, _ in found)
        print(f"{people:>3} + 1  {told}{found[0][1]:>34.0%}", flush=True)
    tell_flips(rng)


if __name__ == "__main__":
    main()
