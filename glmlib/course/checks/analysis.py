"""Checks of a whole analysis: a split, a factor, a leak, the steps done, and the report."""

import html
import re
from dataclasses import dataclass, field
from itertools import product
from textwrap import fill

import numpy as np

from ...data import stream
from .slips import same
from .verdicts import SYMBOLS, call, described, not_yet, reshaped, try_again, verdict

# ---- split, fit, assess


@verdict
def assess(f):
    """Check f(X, y, train, choose, fit, score): the score of a fit on rows it has not seen.

    The three functions that f is given write down which rows they are shown. `choose` and
    `fit` may see the rows of `train` only, `score` the others only.

    Parameters
    ----------
    f : X (n, d), y (n,), train (n,) of booleans, choose(X, y) -> numbers of columns,
        fit(X, y) -> a function that predicts from X, score(y, mu) -> number.

    >>> def on_all_rows(X, y, train, choose, fit, score):
    ...     columns = choose(X, y)
    ...     predict = fit(X[train][:, columns], y[train])
    ...     return score(y[~train], predict(X[~train][:, columns]))
    >>> checks.assess(on_all_rows)
    TRY AGAIN ✗ the columns were chosen with the help of 3 rows of the test set
    (9 rows, 6 of them for training)
    """
    for n, tests in ((9, 3), (5, 1), (12, 7)):
        train = np.ones(n, dtype=bool)
        train[stream(10, f"assess {n}").permutation(n)[:tests]] = False
        where = f"{n} rows, {n - tests} of them for training"
        row = np.arange(n, dtype=float)  # column 1 and y say which row it is
        seen, choose, fit, score = witnesses(where)
        X, y = np.column_stack([row + 7, row, -row]), row + 100
        given = {"X": X, "y": y, "train": train, "choose": choose, "fit": fit, "score": score}
        found = reshaped(call(f, where, **given), ())
        right, wrong = set(np.flatnonzero(train)), set(np.flatnonzero(~train))
        for name, what in (("choose", "columns were chosen"), ("fit", "fit was made")):
            if name not in seen:
                try_again(f"the function {name} is never called", where)
            if seen[name] & wrong:
                many = f"{len(seen[name] & wrong)} row{'s' * (tests > 1)}"
                try_again(f"the {what} with the help of {many} of the test set", where)
            if seen[name] != right:
                try_again(f"the {what} without some of the rows for training", where)
        if "score" not in seen:
            try_again("the function score is never called", where)
        if seen["score"] & right:
            try_again("the score counts rows that the fit has learnt from", where)
        if found.shape != ():
            try_again(f"one number is asked for, yours has the shape {found.shape}", where)
        if not np.isclose(found, (y * row / 10)[~train].sum()):
            try_again("the score is not that of the test rows and their predictions", where)
    return "what is judged was never seen"


def witnesses(where):
    """A dict of the rows that were seen, and a choose, a fit and a score that fill it."""
    seen = {}

    def rows(y):
        return set(np.ravel(y).astype(int) - 100)

    def choose(X, y):
        seen["choose"] = rows(y)
        return [1, 2]

    def fit(X, y):
        seen["fit"] = rows(y)
        return lambda X: np.asarray(X)[:, 0] / 10

    def score(y, mu):
        seen["score"] = rows(y)
        if np.shape(y) != np.shape(mu):
            sizes = f"{np.size(y)} outcomes meet {np.size(mu)} predictions"
            try_again(f"{sizes}: predict the rows that are scored", where)
        return float(np.sum(y * mu))

    return seen, choose, fit, score


# ---- a factor


@verdict
def change_reference(f):
    """Check f(beta, k): the coefficients of one factor when level k becomes the reference.

    The log-odds of every level must stay what they are.

    Parameters
    ----------
    f : (beta (K,), k) -> (K,); beta holds the intercept, which is the log-odds of level 0,
        and what each other level adds to it. The result holds the log-odds of level k and
        what the levels that remain add, in their order.

    >>> checks.change_reference(lambda beta, k: beta)
    TRY AGAIN ✗ nothing has changed: the log-odds of the new reference stand first
    yours 1.1, the right one -1.1
    (three levels, level 1 the reference)
    """

    def levels(beta):
        return beta[0] + np.concatenate([[0.0], beta[1:]])

    def others(beta, k):
        return np.delete(levels(beta), k)

    def first(beta, k):
        return levels(beta)[k]

    def differences(beta, k):
        return others(beta, k) - levels(beta)[k]

    def made(first, following):
        return lambda beta, k: np.concatenate([[first(beta, k)], following(beta, k)])

    three, five = np.array([-0.7, 1.1, 0.25]), np.array([0.3, -1.2, 0.8, 2.0, -0.4])
    cases = {
        "three levels, level 1 the reference": {"beta": three, "k": 1},
        "three levels, level 2 the reference": {"beta": three, "k": 2},
        "two levels, level 1 the reference": {"beta": three[:2], "k": 1},
        "level 0 is the reference already": {"beta": three, "k": 0},
        "five levels, level 3 the reference": {"beta": five, "k": 3},
        "whole numbers": {"beta": np.array([1.0, -2.0, 3.0]), "k": 2},
    }
    firsts = {
        "": first,
        "the intercept is still that of the old reference": lambda b, k: b[0],
        "the sign in the intercept: level k adds its coefficient": lambda b, k: (
            2 * b[0] - levels(b)[k]
        ),
        "the intercept is what level k adds, and not all that it has": lambda b, k: (
            levels(b)[k] - b[0]
        ),
    }
    following = {
        "": differences,
        "the differences are still those from the old reference": (
            lambda b, k: others(b, k) - b[0]
        ),
        "the other coefficients are what they were": lambda b, k: b[1:],
        "the sign: a difference is a level less the reference": (
            lambda b, k: -differences(b, k)
        ),
        "these are the log-odds of the levels: what does each add to the reference?": others,
        "a level is missing: it is level k that gets no column": (
            lambda b, k: levels(b)[1:] - levels(b)[k]
        ),
        "the levels stand in another order": lambda b, k: differences(b, k)[::-1],
        "the reference is added, and not taken off": lambda b, k: others(b, k) + levels(b)[k],
        "the first coefficient was taken for level 0, which has none": (
            lambda b, k: np.delete(b, k) - b[k]
        ),
    }
    slips = {
        "nothing has changed: the log-odds of the new reference stand first": (
            lambda beta, k: beta
        ),
        "beta[k] was taken off everywhere, the intercept too": lambda beta, k: beta - beta[k],
        "the entries of beta stand in another order: their values change as well": (
            lambda beta, k: np.append(beta[k], np.delete(beta, k))
        ),
        "the entries of beta were rolled: their values change as well": (
            lambda beta, k: np.roll(beta, -k)
        ),
        "this is level k + 1: the first is level 0": lambda beta, k: (
            right(beta, min(k + 1, len(beta) - 1))
        ),
        "this is level k − 1: the first is level 0": lambda beta, k: (
            right(beta, max(k - 1, 0))
        ),
    } | {
        "; ".join(filter(None, (one, other))): made(firsts[one], following[other])
        for one, other in list(product(firsts, following))[1:]
    }  # fmt: skip
    right = made(first, differences)
    same(f, right, cases, slips)
    single = {"beta": five.astype(np.float32), "k": 2}
    same(f, right, {"single precision (float32)": single}, slips, tolerance=1e-5)
    return "another reference, and every level keeps its log-odds"


# ---- a leak


def area(x, y):
    """The area under the ROC curve of one column: pairs in which the 1 is above the 0."""
    gap = np.subtract.outer(x[y == 1].astype(float), x[y == 0].astype(float))
    return ((gap > 0) + (gap == 0) / 2).mean() if gap.size else np.nan


@verdict
def suspects(f):
    """Check f(X, y): which columns tell y nearly without error, all by themselves.

    A column is a suspect when the area under its ROC curve is above 0.95 or below 0.05. The
    check plants columns that leak, up and down, skewed and rounded, among honest ones.

    Parameters
    ----------
    f : (X (n, d), y (n,) of 0 and 1) -> (d,) of booleans.

    >>> checks.suspects(lambda X, y: abs(np.corrcoef(X.T, y)[-1, :-1]) > 0.95)
    TRY AGAIN ✗ means and correlations miss a skewed column: it leaks by its ranks
    yours 0, the right one 1
    (columns 1, 2, 3, 7 planted: skewed, falling, y itself, and y but for two rows)
    """
    rng = stream(10, "suspects")
    y = rng.permutation(np.arange(60) % 3 == 0).astype(float)
    honest, noise = rng.standard_normal((60, 3)), rng.random(60)
    strong = honest[:, 0] + 1.5 * y  # a good predictor, and no leak
    up, down = np.exp(9 * (y + noise)), 3000 - 900 * y + 90 * noise
    told = np.where(noise < 0.15, 1 - y, y)
    constant, copy = np.ones(60), y.copy()
    nearly = y.copy()
    nearly[[y.argmax(), y.argmin()]] = 0, 1  # one row of each kind is wrong

    # ones that are above 37 or 38 of the 40 zeros, and ones above 38 or 39: on either side of
    # the limit, areas of 0.9375 and 0.9625
    below, above = np.zeros(60), np.zeros(60)
    below[y == 0] = above[y == 0] = rng.permutation(40)
    below[y == 1], above[y == 1] = np.resize([36.5, 37.5], 20), np.resize([37.5, 38.5], 20)

    def case(*columns, rows=slice(None)):
        return {"X": np.column_stack([honest, *columns])[rows], "y": y[rows]}

    # here every slip below gives another answer
    mixed = np.column_stack([honest[:, 0], up, down, copy, strong, constant, told, nearly])
    cases = {
        "columns 1, 2, 3, 7 planted: skewed, falling, y itself, and y but for two rows": {
            "X": mixed,
            "y": y,
        },
        "three columns of noise": case(),
        "columns 4 and 5 planted": case(strong, copy, down.round(-2)),
        "a good predictor is no leak": case(strong),
        "areas of 0.9375 and 0.9625": case(below, above),
        "a constant column": case(constant),
        "a column of 0 and 1 that is right in most rows": case(told),
        "whole numbers": {"X": np.column_stack([told, copy]).astype(int), "y": y.astype(int)},
        "single precision (float32)": {"X": mixed.astype(np.float32), "y": y},
        "another order of the rows": {"X": mixed[::-1], "y": y[::-1]},
    }

    def by(measure, limit=0.95):
        return lambda X, y: np.array([measure(x, y) > limit for x in X.T])

    def both(x, y):
        return max(area(x, y), 1 - area(x, y))

    def wins(x, y):
        return np.mean(np.greater_equal.outer(x[y == 1], x[y == 0]))

    def won(x, y):
        return np.mean(np.greater.outer(x[y == 1], x[y == 0]))

    def correlation(x, y):
        return abs(np.corrcoef(x, y)[0, 1]) if np.ptp(x) else 0.0

    slips = {
        "means and correlations miss a skewed column: it leaks by its ranks": by(correlation),
        "one direction only: a low value can tell as much as a high one": by(area),
        "the other direction only: a high value tells as much": by(
            lambda x, y: 1 - area(x, y)
        ),
        "ties count as wins: they count half, a constant column tells nothing": (
            by(lambda x, y: max(wins(x, y), 1 - wins(x, y)))
        ),
        "ties are lost: they count half": by(lambda x, y: max(won(x, y), won(-x, y))),
        "0.9 is not yet the limit: a suspect is above 0.95 or below 0.05": by(both, 0.9),
        "honest predictors are flagged: a suspect is above 0.95 or below 0.05": by(both, 0.8),
        "every column is flagged": lambda X, y: np.ones(X.shape[1]),
        "no column is ever flagged": lambda X, y: np.zeros(X.shape[1]),
        "the wrong way round: True where a column is a suspect": (
            lambda X, y: ~by(both)(X, y)
        ),
    }
    same(f, by(both), cases, slips)
    return "what was planted is found, and no honest column is flagged"


# ---- the steps done


class Checklist:
    """A list of steps that are ticked by evidence, and shown as a table.

    Parameters
    ----------
    steps : their names, in order; `tick` calls them by number from 1 on.

    >>> work = checks.Checklist(["look", "fit"])
    >>> work.tick(1, {"189 rows": len(glmlib.load("birthwt")) == 189})
    PASS ✓ step 1: 189 rows
    >>> work.tick(2, {"a gradient of zero": False})
    TRY AGAIN ✗ step 2 stays open: this is not true: a gradient of zero
    >>> print(work)
    ✓ 1 look: 189 rows
    … 2 fit
    """

    def __init__(self, steps):
        self.steps = list(steps)
        self.evidence = {}

    @property
    def done(self):
        """Whether every step is ticked."""
        return len(self.evidence) == len(self.steps)

    def tick(self, number, facts):
        """A Verdict on step `number`: PASS when every fact, {words: True or False}, holds."""
        self.evidence.pop(number, None)
        result = self.judge(number, facts)
        if result.passed:
            self.evidence[number] = "; ".join(facts)
        return result

    @verdict
    def judge(self, number, facts):
        if number not in range(1, len(self.steps) + 1):
            try_again(f"there is no step {number}: they are numbered 1 to {len(self.steps)}")
        if not facts:
            not_yet(f"step {number} needs at least one fact")
        for words, holds in facts.items():
            if not isinstance(holds, bool | np.bool_):
                try_again(
                    f"“{words}” is {described(holds)}: a fact is True or False, "
                    "from a comparison"
                )
        wrong = [words for words, holds in facts.items() if not holds]
        if wrong:
            try_again(f"step {number} stays open: this is not true: {'; '.join(wrong)}")
        # a notebook breaks long lines in the middle of a word
        return fill(f"step {number}: {'; '.join(facts)}", 80, subsequent_indent="  ")

    def rows(self):
        """(symbol, number, step, evidence) for each step."""
        return [
            (SYMBOLS["PASS" if k in self.evidence else "NOT YET"], k, step,
             self.evidence.get(k, ""))
            for k, step in enumerate(self.steps, 1)
        ]  # fmt: skip

    def __repr__(self):
        return "\n".join(
            f"{symbol} {k} {step}" + (f": {words}" if words else "")
            for symbol, k, step, words in self.rows()
        )

    def _repr_html_(self):
        colour, left = {SYMBOLS["PASS"]: "#029e73"}, 'style="text-align: left"'
        lines = [
            f'<tr><td style="color: {colour.get(symbol, "inherit")}">{symbol}</td><td>{k}</td>'
            f'<th scope="row" {left}>{html.escape(step)}</th>'
            f"<td {left}>{html.escape(words)}</td></tr>"
            for symbol, k, step, words in self.rows()
        ]
        head = f'<td></td><td></td><th scope="col" {left}>step</th>'
        head += f'<th scope="col" {left}>evidence</th>'
        return f"<table><tr>{head}</tr>{''.join(lines)}</table>"


# ---- the report


@dataclass(frozen=True)
class Ingredient:
    """What one sentence of a report must hold.

    Attributes
    ----------
    numbers : {what it is: value}, or a tuple of values of which one will do. Tuples of the
        same length are the ends of intervals: the same place in each, the lower one first.
    slips : {value: why somebody arrives at it}.
    words, never : what the learner is asked to look for in the words: the keys of `words`
        are what must be there, the values of `never` what would be wrong. No program reads
        them.

    >>> checks.Ingredient(numbers={"the odds ratio": 2.794}).numbers
    {'the odds ratio': 2.794}
    """

    numbers: dict = field(default_factory=dict)
    slips: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
    never: dict = field(default_factory=dict)

    @property
    def questions(self):
        """What the learner reads the sentence for, each to be answered with yes."""
        there = [f"does it say {what}?" for what in self.words]
        return there + [f"does it keep to this: {why}?" for why in
                        dict.fromkeys(self.never.values())]  # fmt: skip


@verdict
def report(sentences, rubric, ticks=None):
    """Check the numbers of a report, and have the learner judge its words.

    A number may be rounded, to two figures at least, and not so far that it stands for two
    of those asked for; 31 % stands for 0.312, and "179 % higher" for 2.79. What the words
    around it mean no program can tell: whether the report says what was held equal, claims
    a cause, or confuses two groups is asked in a rubric.

    Parameters
    ----------
    sentences : {name: the learner's sentence}.
    rubric : {name: Ingredient}.
    ticks : {name: a list of True or False}, the learner's answers to the questions of each
        sentence, in their order; None checks the numbers alone and lists the questions.

    >>> rubric = {"effect": checks.Ingredient(
    ...     numbers={"the odds ratio": 2.794},
    ...     slips={1.028: "this is the coefficient: take its exponential"},
    ...     words={"what was held equal": ()})}
    >>> checks.report({"effect": "Smokers have 1.03 times the odds."}, rubric)
    TRY AGAIN ✗ this is the coefficient: take its exponential
    (effect: 1.03)
    >>> checks.report({"effect": "Smokers have 2.8 times the odds."}, rubric)
    PASS ✓ 1 sentence, and every number is the fit's. Now judge the words yourself:
    effect: does it say what was held equal?
    >>> checks.report({"effect": "2.8 times the odds."}, rubric, {"effect": [False]})
    TRY AGAIN ✗ you say yourself that this is not so: does it say what was held equal?
    (effect)
    """
    if sentences is None or sentences is ...:
        not_yet("write the sentences first")
    if not isinstance(sentences, dict) or set(sentences) != set(rubric):
        try_again(f"give a sentence for each of: {', '.join(rubric)}")
    for name, need in rubric.items():
        text = sentences[name]
        if text is None or text is ... or (isinstance(text, str) and not text.strip()):
            not_yet(f"write the sentence “{name}”")
        if not isinstance(text, str):
            try_again(f"a sentence is text in quotes, this is {described(text)}", name)
        right_numbers(name, " ".join(text.split()), need)
    many = f"{len(rubric)} sentence{'s' * (len(rubric) > 1)}, and every number is the fit's"
    asked = {name: need.questions for name, need in rubric.items() if need.questions}
    if ticks is None:
        listed = [f"{name}: {question}" for name in asked for question in asked[name]]
        return "\n".join(
            [f"{many}. Now judge the words yourself:" if asked else many, *listed]
        )
    ticked(ticks, asked)
    count = sum(map(len, asked.values()))
    return f"{many}; the words you have judged yourself, {count} of {count} points"


def right_numbers(name, text, need):
    """Stop unless the numbers of one sentence are those that it needs."""
    written = numbers_of(text)
    asked = {
        what: values if isinstance(values, tuple) else (values,)
        for what, values in need.numbers.items()
    }
    for number in written:
        both = [what for what, values in asked.items() if stand_for([number], values)]
        if len(both) > 1:
            this = " and ".join(both)
            try_again(f"write one figure more: this is {this}", f"{name}: {number}")
    for what, values in asked.items():
        if stand_for(written, values):
            continue
        coarse = stand_for(written, values, figures=1)
        if coarse:
            try_again(f"{what} needs at least two figures", f"{name}: {coarse[0]}")
        for value, why in need.slips.items():
            found = stand_for(written, [value, *([1 / value] if value else [])])
            if found:
                try_again(why, f"{name}: {found[0]}")
        others = {v for other in asked.values() for v in other} - set(values)
        spare = [n for n in written if not stand_for([n], others)]
        for words, some in related(what, asked).items():
            found = stand_for(spare, some)
            if found:
                try_again(f"{what}: {words}", f"{name}: {found[0]}")
        here = f"its numbers are {', '.join(written)}" if written else "it has no figures"
        try_again(f"{what} is missing, in figures", f"{name}: {here}")
    ends = [values for values in asked.values() if len(values) > 1]
    if len(ends) == 2 and len(ends[0]) == len(ends[1]):
        pairs = list(zip(*ends, strict=True))
        if not any(
            stand_for(written, [low]) and stand_for(written, [up]) for low, up in pairs
        ):
            try_again("the two ends belong to different intervals", name)
        first = min(written.index(n) for n in stand_for(written, ends[0]))
        last = max(k for k, n in enumerate(written) if stand_for([n], ends[1]))
        if first > last:
            try_again("write the lower end of an interval first", name)


def related(what, asked):
    """{how somebody arrives at other numbers than those of `what`: those numbers}."""
    values = np.array([v for v in asked[what] if v], dtype=float)
    small = values[np.abs(values) < 50]
    positive = values[values > 0]
    found = {
        "this is its size, and the sign is lost, or the other one": [*-values],
        "upside down: this is one over it": [*(1 / values)],
        "this is 1 less it": [*(1 - values[(values > 0) & (values < 1)])],
        "one more or one less: what is counted?": [
            v + more for v in values if v == round(v) and v < 100 for more in (-1, 1)
        ],
        "for ten or a hundred times as much, or as little: look at the unit": [
            v**k for v in positive if abs(np.log(v)) < 3 for k in (0.01, 0.1, 10, 100)
        ],
        "this is its exponential": [*np.exp(small)],
        "this is its logarithm": [*np.log(positive)],
        "this is its square": [*values**2],
        "this is its root": [*np.sqrt(positive)],
        "a power of ten is lost: look at the unit": [
            v * 10.0**k for v in values for k in (-6, -4, -3, -2, -1, 1, 2, 3, 4, 6)
        ],
        "this is its logarithm, in another unit": [
            v * 10.0**k for v in np.log(positive) for k in (-3, -2, -1, 1, 2, 3)
        ],
    }
    for other, some in asked.items():
        if other != what:
            both = [(v, o) for v in values for o in some if o]
            found[f"this is the ratio of it and {other}"] = [*(v / o for v, o in both)]
            found[f"this is the ratio of {other} and it"] = [*(o / v for v, o in both)]
            found[f"this is {other} less it"] = [*(o - v for v, o in both)]
            if "standard error" in other:
                found["this is an end of an interval: the estimate itself is asked"] = [
                    v + sign * 1.96 * o for v, o in both for sign in (-1, 1)
                ]
    ends = [np.array(values, dtype=float) for k, values in asked.items() if is_end(k)]
    if is_end(what) and len(ends) == 2 and ends[0].shape == ends[1].shape:
        found |= intervals(*ends)
    return {words: [v for v in some if v not in values] for words, some in found.items()}


def is_end(what):
    return "lower end" in what or "upper end" in what


WIDTHS = {  # of an interval of two standard errors to each side, where 1.96 are asked for
    "one standard error to each side is no 95 %": 1 / 1.96,
    "this is an end of an interval of 90 %": 1.645 / 1.96,
    "this is an end of an interval of 99 %": 2.576 / 1.96,
}


def intervals(low, up):
    """{how other ends come about: those ends}, from the right ones, on either scale."""
    found, half_width, error = {}, [], []
    scales = [(low, up, lambda v: v)]
    if (low > 0).all():
        scales.append((np.log(low), np.log(up), np.exp))
    for one, other, back in scales:
        middle, half = (one + other) / 2, (other - one) / 2
        half_width, error = [*half_width, *half], [*error, *half / 1.96]
        for words, width in WIDTHS.items():
            ends = [*back(middle - width * half), *back(middle + width * half)]
            found[words] = [*found.get(words, []), *ends]
    if (low > 0).all():  # as if the ratio itself had a symmetric interval
        ratio, half = np.exp(middle), np.exp(middle) * half
        found["built around the ratio: take the ends of its logarithm, then bend them"] = [
            *(ratio - half), *(ratio + half)
        ]  # fmt: skip
    found["this is half the width: give the two ends"] = half_width
    found["this is the standard error: take 1.96 of it to each side"] = error
    return found


def ticked(ticks, asked):
    """Stop unless the learner has answered each question with yes."""
    if not isinstance(ticks, dict) or any(name not in asked for name in ticks):
        try_again(f"give a dict of ticks with the names {', '.join(asked)}")
    for name, questions in asked.items():
        answers = ticks.get(name)
        answers = answers if isinstance(answers, list | tuple) else [answers]
        if len(answers) != len(questions) or any(x is None or x is ... for x in answers):
            not_yet(f"{name}: answer {len(questions)} questions with True or False")
        for question, yes in zip(questions, answers, strict=True):
            if not isinstance(yes, bool | np.bool_):
                try_again(f"{name}: True or False, this is {described(yes)}")
            if not yes:
                try_again(f"you say yourself that this is not so: {question}", name)


def numbers_of(text):
    """The numbers of a text as they are written.

    >>> numbers_of("From 1.3 to 6.0; 31 % of 1,890, or −0.5.")
    ['1.3', '6.0', '31 %', '1,890', '-0.5']
    """
    text = re.sub(r"[−–](?=\d)", "-", text)
    text = re.sub(r"(?<=\d)-(?=\d)", " ", text)  # 1.3–6.0 is a range
    more = r"(?:\s*%(?:\s+(?:higher|more|greater|larger))?)?"
    number = r"-?\d+(?:,\d{3})*(?:[.,]\d+)?"
    return re.findall(rf"(?<![\w.,]){number}{more}", text)


def stands_for(written, value, figures=2):
    """Whether a written number is `value`, rounded to two figures or more.

    >>> stands_for("2.8", 2.794), stands_for("3", 2.794), stands_for("31 %", 0.312)
    (True, False, True)
    >>> stands_for("179 % higher", 2.794), stands_for("2,8", 2.794)
    (True, True)
    """
    digits, percent, more = written.partition("%")
    digits = re.sub(r",(?=\d{3}(?!\d))", "", digits).replace(",", ".").strip()
    if percent:
        value = 100 * (value - (1 if more else 0))
    if len(digits.replace(".", "").lstrip("-0")) < figures and float(digits) != value:
        return False
    half = 0.5 * 10.0 ** -len(digits.partition(".")[2])
    return abs(float(digits) - value) <= half * (1 + 1e-9)


def stand_for(written, values, figures=2):
    """Those of the written numbers that are one of the values, rounded.

    >>> stand_for(["2.8", "3", "1.3"], (2.794, 1.31))
    ['2.8', '1.3']
    """
    return [n for n in written if any(stands_for(n, value, figures) for value in values)]
