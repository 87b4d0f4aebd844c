"""An adversary with an integer programme: which answers fit everything that a report shows?

He knows the questionnaire, the rules of the door, who left which question out, and every released
figure of a group, and writes all of it down as constraints on the answers of its people. This is a
second reading of the door, made from what it says it does (docs/decisions/0008), not from its code.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from survey.disclosure.values import Released, Withheld

SMALL = 1e-7
RANGE = 4.0


@dataclass
class Programme:
    """Variables (all whole numbers) and constraints that grow as more is known."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    rows: list[tuple[list[tuple[int, float]], float, float]] = field(default_factory=list)

    def variables(self, count, low, high):
        first = len(self.low)
        self.low += [low] * count
        self.high += [high] * count
        return list(range(first, first + count))

    def between(self, terms, low, high):
        """Add low <= sum of weight * variable <= high; terms are (variable, weight)."""
        self.rows.append((terms, low, high))

    def solve(self, objective, fixed=None):
        """Return answers that fit everything, as far as the objective asks; None where none do."""
        low, high = np.array(self.low, dtype=float), np.array(self.high, dtype=float)
        for variable, value in (fixed or {}).items():
            low[variable] = high[variable] = value
        cost = np.zeros(len(low))
        for variable, weight in objective:
            cost[variable] += weight
        found = milp(
            cost,
            integrality=np.ones(len(low), dtype=int),
            bounds=Bounds(low, high),
            constraints=self._constraints(len(low)),
            options={"time_limit": 20, "mip_rel_gap": 0.05},
        )
        return None if found.x is None else np.rint(found.x).astype(int)

    def _constraints(self, width):
        row, column, weight = [], [], []
        for at, (terms, _, _) in enumerate(self.rows):
            for variable, factor in terms:
                row.append(at)
                column.append(variable)
                weight.append(factor)
        matrix = coo_array((weight, (row, column)), shape=(len(self.rows), width)).tocsr()
        return LinearConstraint(matrix, [r[1] for r in self.rows], [r[2] for r in self.rows])


class Adversary:
    """Everything that the figures of one group say about the answers of its people."""

    def __init__(
        self, questionnaire, group, given, picked=False, single=10, truth=None, words=True
    ):
        """`truth`: the answers. From them he is told, beside what is released: where "not split"
        says that there is no split, and there and where there is one the exact sums of the items,
        so that he knows exactly for which answers "split" is told. `words`: False keeps the word
        itself from him, and nothing else.
        """
        self.q, self.group, self.given = questionnaire, group, given
        self.people, self.columns = given.shape
        self.at = {name: at for at, name in enumerate(questionnaire.columns)}
        self.p = Programme()
        self.answer = {
            (person, column): self.p.variables(1, 1, 5)[0]
            for person in range(self.people)
            for column in range(self.columns)
            if given[person, column]
        }
        self.single, self.truth, self.words = single, truth, words
        for scale in questionnaire.scales:
            self._scale(scale)
            self._split(scale)
        for practice in questionnaire.practices:
            self._practice(practice)
        self._harm()
        self.picks = self._picks() if picked else {}

    # -- the pieces ---------------------------------------------------------------------------

    def _counted(self, items):
        need = (len(items) + 1) // 2
        return [w for w in range(self.people) if sum(self.given[w, i] for i in items) >= need]

    def _keyed(self, person, item, weight):
        """Return a term for a keyed answer, and the constant that belongs to it."""
        key = next(i.key for i in self.q.items if self.at[i.id] == item)
        variable = self.answer[person, item]
        return ((variable, weight), 0.0) if key > 0 else ((variable, -weight), 6.0 * weight)

    def _mean_between(self, weighted, low, high):
        """Add low <= weighted mean of keyed answers <= high; weighted: (person, item, weight)."""
        parts = [self._keyed(*one) for one in weighted]
        constant = sum(c for _, c in parts)
        self.p.between([t for t, _ in parts], low - constant, high - constant)

    def _scale(self, scale):
        items = [self.at[i.id] for i in self.q.items_of(scale.id)]
        counted = self._counted(items)
        asks_about_harm = {self.at[i] for i in self.q.readiness.harm_items} & set(items)
        if self.group.n >= self.single and not asks_about_harm:
            self._items(scale, items, counted)
        elif isinstance(figure := self.group.figures[scale.id], Released):
            self._whole(scale, figure, items, counted)

    def _items(self, scale, items, counted):
        """Where items are shown: their clipped means, and the means of these."""
        clipped: dict[str, tuple[list[tuple[int, int, float]], float]] = {}
        for item in items:
            name = self.q.columns[item]
            there = [w for w in counted if self.given[w, item]]
            figure, margin = self.group.figures[name], 6 / len(there)
            assert isinstance(figure, Released), "made so that every item is shown"
            weighted = [(w, item, 1 / len(there)) for w in there]
            if figure.below > 0:
                self._mean_between(weighted, 1, 1 + margin + SMALL)
                clipped[name] = ([], 1 + margin)
            elif figure.above > 0:
                self._mean_between(weighted, 5 - margin - SMALL, 5)
                clipped[name] = ([], 5 - margin)
            else:
                half = figure.step / 2
                least, most = 1 + margin + 1e-4, 5 - margin - 1e-4
                self._mean_between(weighted, max(least, figure.value - half), most)
                self._mean_between(weighted, least, min(most, figure.value + half - SMALL))
                clipped[name] = (weighted, 0.0)
        parts = {f.id: f.items for f in self.q.facets if f.scale == scale.id}
        for name, of_part in {**parts, scale.id: [self.q.columns[i] for i in items]}.items():
            if isinstance(figure := self.group.figures[name], Released):
                self._mean_of(figure, [clipped[one] for one in of_part])

    def _mean_of(self, figure, parts):
        terms = [(w, i, x / len(parts)) for weighted, _ in parts for w, i, x in weighted]
        constant = sum(c for _, c in parts) / len(parts)
        if terms:
            half = figure.step / 2
            low, high = figure.value - half - SMALL, figure.value + half
            self._mean_between(terms, low - constant, high - constant)

    def _whole(self, scale, figure, items, counted):
        """Below: the clipped mean of scores, and the class of the difference of two facets."""
        scores = [
            (w, i, 1 / len(counted) / sum(self.given[w, j] for j in items))
            for w in counted
            for i in items
            if self.given[w, i]
        ]
        half = figure.step / 2
        if figure.below > 0:
            self._mean_between(scores, 1, 1 + figure.below + SMALL)
        elif figure.above > 0:
            self._mean_between(scores, 5 - figure.above - SMALL, 5)
        else:
            self._mean_between(scores, figure.value - half - SMALL, figure.value + half)
        facets = [f for f in self.q.facets if f.scale == scale.id]
        shown = [self.group.figures.get(f.id) for f in facets]
        if len(facets) == 2 and isinstance(shown[0], Released):
            self._difference(facets, counted, round(shown[0].value - figure.value, 6))

    def _difference(self, facets, counted, side):
        parts = [[self.at[i] for i in facet.items] for facet in facets]
        both = [w for w in counted if all(sum(self.given[w, i] for i in p) >= 2 for p in parts)]
        weighted = [
            (w, i, sign / len(both) / sum(self.given[w, j] for j in part))
            for part, sign in zip(parts, (1, -1), strict=True)
            for w in both
            for i in part
            if self.given[w, i]
        ]
        low, high = {1: (0.5, RANGE), 0: (-0.5, 0.5), -1: (-RANGE, -0.5)}[int(np.sign(side))]
        self._mean_between(weighted, low - SMALL, high + SMALL)

    def _split(self, scale):
        """Two camps: enough people with a low, and enough with a high score; or not both."""
        figure = self.group.figures.get(f"split:{scale.id}")
        if not isinstance(figure, Released):
            return
        items = [self.at[i.id] for i in self.q.items_of(scale.id)]
        counted = self._counted(items)
        camp = max(2, int(np.ceil(len(counted) / 4)))
        if not figure.value and (self.truth is None or self._is_split(items, counted, camp)):
            return  # told "no" near the ends of the scale, whatever the answers
        if self.truth is not None:
            self._exact_sums(items, counted)
        if not self.words:
            return
        low, high = (self.p.variables(len(counted), 0, 1) for _ in range(2))
        (side,) = self.p.variables(1, 0, 1)
        for at, person in enumerate(counted):
            there = [i for i in items if self.given[person, i]]
            parts = [self._keyed(person, i, 1.0) for i in there]
            terms, constant, k = [t for t, _ in parts], sum(c for _, c in parts), len(parts)
            least, most = int(np.floor(3.5 * k)) + 1, int(np.ceil(2.5 * k)) - 1
            if figure.value:
                self.p.between([*terms, (low[at], 5 * k - most)], -9e3, 5 * k - constant)
                self.p.between([*terms, (high[at], k - least)], k - constant, 9e3)
            else:
                self.p.between([*terms, (low[at], most + 1)], most + 1 - constant, 9e3)
                self.p.between([*terms, (high[at], least - 5 * k - 1)], -9e3, least - 1 - constant)
        for people, term in ((low, (side, -len(counted))), (high, (side, len(counted)))):
            count = [(person, 1.0) for person in people]
            if figure.value:
                self.p.between(count, camp, len(counted))
            else:
                self.p.between([*count, term], -9e3, camp - 1 + max(0, term[1]))

    def _exact_sums(self, items, counted):
        """Tell him the sum of each item that is not clipped."""
        for item in items:
            figure = self.group.figures[self.q.columns[item]]
            there = [w for w in counted if self.given[w, item]]
            if not figure.below and not figure.above:
                total = int(self.truth[there, item].sum())
                self.p.between([(self.answer[w, item], 1.0) for w in there], total, total)

    def _is_split(self, items, counted, camp):
        """Return whether the answers are split, though the report says no."""
        keys = {self.at[i.id]: i.key for i in self.q.items}
        scores = np.array(
            [
                np.mean([a if keys[i] > 0 else 6 - a for i in items if (a := self.truth[w, i])])
                for w in counted
            ]
        )
        return min((scores < 2.5).sum(), (scores > 3.5).sum()) >= camp

    def _practice(self, practice):
        columns = [self.at[practice.know], self.at[practice.do]]
        both = [w for w in range(self.people) if all(self.given[w, c] for c in columns)]
        for name, column in zip((practice.know, practice.do), columns, strict=True):
            figure = self.group.figures[name]
            if isinstance(figure, Withheld):
                continue
            margin, terms = 6 / len(both), [(self.answer[w, column], 1 / len(both)) for w in both]
            if figure.below > 0:
                self.p.between(terms, 1, 1 + margin + SMALL)
            elif figure.above > 0:
                self.p.between(terms, 5 - margin - SMALL, 5)
            else:
                half = figure.step / 2
                low = max(figure.value - half, 1 + margin + 1e-4)
                high = min(figure.value + half - SMALL, 5 - margin - 1e-4)
                self.p.between(terms, low - SMALL, high)

    def _harm(self):
        """Whether at least two, and a fifth of those answering, report harm."""
        figure = self.group.figures.get("harm")
        if not isinstance(figure, Released):
            return
        rules = self.q.readiness
        items = [self.at[i] for i in rules.harm_items]
        answering, reports = 0, []
        for person in range(self.people):
            there = [i for i in items if self.given[person, i]]
            if not there:
                continue
            answering += 1
            (reported,) = self.p.variables(1, 0, 1)
            terms = [(self.answer[person, i], 1 / len(there)) for i in there]
            self.p.between([*terms, (reported, -3.0)], 1 - SMALL, rules.harm_from - 0.5 + SMALL)
            self.p.between([*terms, (reported, -3.0)], 1.0 - SMALL, 5)
            reports.append((reported, 1.0))
        need = max(rules.harm_people, int(np.ceil(rules.harm_share * answering - 1e-9)))
        if figure.value > 0:
            self.p.between(reports, need, answering)
        else:
            self.p.between(reports, 0, need - 1)

    def _picks(self):
        most = self.q.pick_list.most
        chosen = {
            (w, o.id): self.p.variables(1, 0, 1)[0]
            for w in range(self.people)
            for o in self.q.pick_list.options
        }
        for w in range(self.people):
            self.p.between([(chosen[w, o.id], 1.0) for o in self.q.pick_list.options], 0, most)
        figures = {o.id: self.group.figures[f"pick:{o.id}"] for o in self.q.pick_list.options}
        told = [f for f in figures.values() if isinstance(f, Released)]
        last = min((f.value for f in told), default=0.0)
        for option, figure in figures.items():
            terms = [(chosen[w, option], 1 / self.people) for w in range(self.people)]
            if not isinstance(figure, Released):
                self.p.between(terms, 0, max(last, 0.2) + 0.05 - SMALL)
            elif figure.below > 0:
                self.p.between(terms, 0, 0.2 + SMALL)
            elif figure.above > 0:
                self.p.between(terms, 0.8 - SMALL, 1)
            else:
                self.p.between(terms, figure.value - 0.05, figure.value + 0.05 - SMALL)
        return chosen

    # -- the questions ------------------------------------------------------------------------

    def possible_answers(self, person, known=None):
        """Return, for each column a person answered, the answers that were found to fit."""
        mine = {c: v for (w, c), v in self.answer.items() if w == person}
        found: dict[int, set[int]] = {column: set() for column in mine}
        for value in range(1, 6):
            wish = dict.fromkeys(mine, value)
            self._try(wish, mine, found, known)
        for column, seen in found.items():
            for value in set(range(1, 6)) - seen:
                self._try({column: value}, mine, found, known)
        return found

    def possible_sides(self, person, scale, known=None):
        """Return on which sides the score of a person on a scale may lie, by its name."""
        items = [i for item in self.q.items_of(scale) if self.given[person, i := self.at[item.id]]]
        parts = [self._keyed(person, i, 1 / len(items)) for i in items]
        terms, constant = [t for t, _ in parts], sum(c for _, c in parts)
        sides = {"low": (1, 2.5 - 1e-3), "middle": (2.5, 3.5), "high": (3.5 + 1e-3, 5)}
        found = set()
        for side, (least, most) in sides.items():
            self.p.between(terms, least - SMALL - constant, most + SMALL - constant)
            if self.p.solve([], known) is not None:
                found.add(side)
            self.p.rows.pop()
        return found

    def _try(self, wish, mine, found, known):
        """Look for one world in which a person gave the wished answers; note all that fits."""
        fixed = {mine[c]: value for c, value in wish.items()} | (known or {})
        world = self.p.solve([], fixed)
        if world is not None:
            for column, variable in mine.items():
                found[column].add(int(world[variable]))
