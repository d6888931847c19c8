"""The exercises of lesson 10: a reference, a split, a salesman, a leak, a report."""

import numpy as np
from scipy import stats

import glmlib
from exercises import Exercise, question
from exercises.notebook import definition, solution
from glmlib.course import checks

LINES = definition("10", "lines")

# ---- 1: another reference


change_reference = solution("10", "change_reference")


def one_by_one(beta, k):
    levels = [float(beta[0]), *(float(beta[0] + more) for more in beta[1:])]
    first = levels.pop(k)
    return [first, *(level - first for level in levels)]


def by_a_matrix(beta, k):
    """Solve for the coefficients that give the same log-odds under the other columns."""
    K = len(beta)
    columns = np.column_stack([np.ones(K), np.eye(K)])
    old, new = np.delete(columns, 1, axis=1), np.delete(columns, k + 1, axis=1)
    return np.linalg.solve(new, old @ beta)


def intercept_kept(beta, k):
    return np.concatenate([beta[:1], change_reference(beta, k)[1:]])


def old_differences(beta, k):
    eta = beta[0] + np.append(0.0, beta[1:])
    return np.append(eta[k], np.delete(eta, k) - beta[0])


def wrong_sign(beta, k):
    changed = change_reference(beta, k)
    return np.append(changed[0], -changed[1:])


def log_odds(beta, k):
    eta = beta[0] + np.append(0.0, beta[1:])
    return np.append(eta[k], np.delete(eta, k))


def first_level_lost(beta, k):
    eta = beta[0] + np.append(0.0, beta[1:])
    return np.append(eta[k], eta[1:] - eta[k])


# ---- 4: a leak detector


suspects = solution("10", "suspects")


def by_ranks(X, y):
    ranks = stats.rankdata(X, axis=0)
    ones = int(y.sum())
    area = (ranks[y == 1].sum(axis=0) - ones * (ones + 1) / 2) / (ones * (len(y) - ones))
    return abs(area - 0.5) > 0.45


def by_mann_whitney(X, y):
    one, zero = X[y == 1], X[y == 0]
    pairs = [stats.mannwhitneyu(a, b).statistic for a, b in zip(one.T, zero.T, strict=True)]
    area = np.array(pairs) / (len(one) * len(zero))
    return np.maximum(area, 1 - area) > 0.95


def areas(X, y):
    return np.array([
        np.mean((gap > 0) + (gap == 0) / 2)
        for gap in (np.subtract.outer(x[y == 1], x[y == 0]) for x in X.T)
    ])  # fmt: skip


def with_ties_as_wins(X, y):
    area = np.array([np.mean(np.greater_equal.outer(x[y == 1], x[y == 0])) for x in X.T])
    return (area > 0.95) | (area < 0.05)


def with_ties_lost(X, y):
    above = np.array([np.mean(np.greater.outer(x[y == 1], x[y == 0])) for x in X.T])
    below = np.array([np.mean(np.less.outer(x[y == 1], x[y == 0])) for x in X.T])
    return np.maximum(above, below) > 0.95


# ---- 5: the report


def births_fit():
    births = glmlib.load("birthwt")
    levels = np.column_stack([births["race"] == level for level in ("black", "other")])
    columns = [births.columns("age", "lwt"), levels, births.columns("smoke", "ht", "ui")]
    X = glmlib.add_intercept(np.column_stack(columns).astype(float))
    return glmlib.LogisticRegression(X, births["low"]).fit()


RUBRIC = definition("10", "rubric_of")(births_fit(), 1.2019, 1.2255)
SENTENCES = solution("10", "sentences")
IN_OTHER_WORDS = {
    "who": "31 % of the children of 189 women were light.",
    "effect": "The odds of a light child were 2.79 times as high for smokers, adjusted for "
    "age, weight, race, ht and ui.",
    "interval": "By the likelihood it may be anything from 1.31 to 6.19.",
    "forecast": "Test deviance: 1.202; no model: 1.226.",
    "limits": "An observational study of a single hospital in 1986.",
}
WITH_DENIALS = {
    "who": "59 light children among 189 in Springfield.",
    "effect": "Holding age, weight, race, ht and ui fixed, the odds (not the risk) are 2.79 "
    "times as high for smokers, which is not to say that smoking is the cause.",
    "interval": "[1.29, 6.05], because there are so few women.",
    "forecast": "Held-out rows: 1.202 with the model, 1.23 with the mean alone.",
    "limits": "In Springfield in 1986 women chose to smoke, so we cannot tell whether smoking "
    "is a cause, and nothing is proved here.",
}

EXERCISES = [
    Exercise(
        name="another reference",
        kind="blanks",
        check=checks.change_reference,
        stub=definition("10", "change_reference"),
        solution=change_reference,
        right={"one by one": one_by_one, "by a matrix": by_a_matrix},
        wrong={
            "nothing changed": (lambda beta, k: beta, "nothing has changed"),
            "the intercept kept": (intercept_kept, "intercept is still that"),
            "the old differences": (old_differences, "differences are still those"),
            "the sign": (wrong_sign, "the sign"),
            "the log-odds": (log_odds, "these are the log-odds"),
            "the first level lost": (first_level_lost, "level k that gets no column"),
            "level 0 has a coefficient": (
                lambda beta, k: np.append(beta[0] + beta[k], np.delete(beta, k) - beta[k]),
                "which has none",
            ),
            "one level on": (
                lambda beta, k: change_reference(beta, min(k + 1, len(beta) - 1)),
                "this is level k + 1",
            ),
            "the slopes kept": (
                lambda beta, k: np.append(change_reference(beta, k)[0], beta[1:]),
                "what they were",
            ),
            "what level k adds": (
                lambda beta, k: np.append(
                    beta[k] if k else 0.0, change_reference(beta, k)[1:]
                ),
                "and not all that it has",
            ),
            "a level too many": (
                lambda beta, k: np.append(0.0, beta),
                "shape (3,) is asked for",
            ),
        },
    ),
    Exercise(
        name="split, fit, assess",
        kind="order",
        check=lambda order: checks.order(order, LINES, "assess", checks.assess),
        stub=definition("10", "order"),
        solution=solution("10", "order"),
        wrong={
            "chosen on all rows": ([5, 2, 4, 1, 6], "chosen with the help of 3 rows"),
            "fitted to all rows": ([5, 8, 7, 1, 6], "fit was made with the help of 3 rows"),
            "scored on all rows": ([5, 8, 4, 9, 3], "has learnt from"),
            "all rows predicted": ([5, 8, 4, 9, 6], "3 outcomes meet 9 predictions"),
            "fitted before chosen": ([5, 4, 8, 1, 6], "raised UnboundLocalError"),
            "no return": ([5, 8, 4, 1], "returns nothing"),
            "no head": ([8, 4, 1, 6], "not yet a function"),
        },
    ),
    question(
        asked="10 salesman",
        name="the salesman",
        kind="trap",
        right=solution("10", "answer"),
        wrong={
            "believe it": ("a", "nobody is found"),
            "lower the threshold": ("b", "right less often"),
            "balance the classes": ("d", "the ranks hardly move"),
            "one half by nature": ("e", "what errors cost"),
        },
    ),
    Exercise(
        name="a leak detector",
        kind="empty",
        check=checks.suspects,
        stub=definition("10", "suspects"),
        solution=suspects,
        right={"by ranks": by_ranks, "by Mann and Whitney": by_mann_whitney},
        wrong={
            "correlations": (
                lambda X, y: abs(np.corrcoef(X.T, y)[-1, :-1]) > 0.95,
                "means and correlations",
            ),
            "upwards only": (lambda X, y: areas(X, y) > 0.95, "one direction only"),
            "downwards only": (lambda X, y: areas(X, y) < 0.05, "the other direction only"),
            "means": (
                lambda X, y: (
                    abs(X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)) > 2 * X.std(axis=0)
                ),
                "means and correlations",
            ),
            "ties are lost": (with_ties_lost, "ties are lost"),
            "ties win": (with_ties_as_wins, "ties count as wins"),
            "a limit of 0.9": (lambda X, y: abs(areas(X, y) - 0.5) > 0.4, "not yet the limit"),
            "too strict": (lambda X, y: abs(areas(X, y) - 0.5) > 0.3, "are flagged"),
            "everybody": (lambda X, y: [True] * X.shape[1], "every column is flagged"),
            "nobody": (lambda X, y: [False] * X.shape[1], "no column is ever flagged"),
            "upside down": (lambda X, y: ~suspects(X, y), "the wrong way round"),
            "areas": (areas, "True or False is asked"),
            "the numbers of the columns": (
                lambda X, y: np.flatnonzero(suspects(X, y)),
                "shape (8,) is asked for",
            ),
        },
    ),
    Exercise(
        name="the report",
        kind="written",
        check=lambda sentences: checks.report(sentences, RUBRIC),
        stub=definition("10", "sentences"),
        solution=SENTENCES,
        right={
            "in other words": IN_OTHER_WORDS,
            "with denials": WITH_DENIALS,
            "per cent": SENTENCES
            | {
                "effect": "Other things equal, the odds are 179 % higher.",
                "interval": "OR=2.79 (1,29–6,05).",
            },
        },
        wrong={
            "no number of women": (SENTENCES | {"who": "Births of 1986."}, "number of women"),
            "the coefficient": (
                SENTENCES | {"effect": "All equal, the odds grow by 1.03."},
                "this is the coefficient",
            ),
            "crude": (
                SENTENCES | {"effect": "All equal, 2.02 times the odds."},
                "the crude odds ratio",
            ),
            "the interval of the coefficient": (
                SENTENCES | {"interval": "From 0.26 to 1.80."},
                "an end for the coefficient",
            ),
            "the rows of the fit": (
                SENTENCES | {"forecast": "On unseen women 1.08, and 1.23 without."},
                "the rows that were fitted",
            ),
            "one split": (
                SENTENCES | {"forecast": "On unseen women 1.37, and 1.28 without a model."},
                "this is one split",
            ),
            "1.2 for both": (
                SENTENCES | {"forecast": "On unseen women 1.2, and 1.2 without a model."},
                "write one figure more",
            ),
            "upside down": (
                SENTENCES | {"effect": "All equal, 0.36 times the odds."},
                "upside down",
            ),
            "the other women": (
                SENTENCES | {"who": "130 of 189 children were not light."},
                "less it",
            ),
            "90 %": (SENTENCES | {"interval": "From 1.46 to 5.34."}, "an interval of 90 %"),
            "no limits": (SENTENCES | {"limits": "None."}, "the year of the births"),
            "the ends of two intervals": (
                SENTENCES | {"interval": "From 1.29 to 6.19."},
                "different intervals",
            ),
            "the ends exchanged": (
                SENTENCES | {"interval": "From 6.05 down to 1.29."},
                "lower end of an interval first",
            ),
            "numbers in words": (
                SENTENCES | {"who": "Three in ten children were light."},
                "in figures",
            ),
            "one is missing": ({"who": "189"}, "a sentence for each of"),
        },
    ),
]
