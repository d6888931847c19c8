"""Exam questions: numbers drawn, answers computed by the functions of the lessons.

A question is made from a seed: another seed, another version of the same question. Its
answer comes from glmlib and not from this page, and so do the answers that typical slips
lead to: the key names them, and `check` tells a student which one was made.
"""

from dataclasses import dataclass

import numpy as np

from ..data import add_intercept, stream
from ..families import Binomial
from ..links import LINKS, sigmoid
from ..models import LinearRegression, LogisticRegression, PoissonRegression
from ..solvers import closed_form, stability_limit
from .checks.verdicts import readings, try_again, verdict

__all__ = ["QUESTIONS", "Paper", "Question", "paper", "question"]


@dataclass(frozen=True)
class Question:
    """One question with its key.

    Attributes
    ----------
    name, lesson : which question it is, and the lesson that teaches it, such as "04".
    text : the question.
    answer : a number.
    working : how to get there, in one or two sentences.
    slips : {words: the number this slip leads to}

    >>> q = question("odds", seed=1)
    >>> q.check(q.answer).status, q.check(None).status
    ('PASS', 'NOT YET')
    """

    name: str
    lesson: str
    text: str
    answer: float
    working: str
    slips: dict

    def check(self, answer):
        """A Verdict on a student's number: right within 1 %, or which slip it is."""
        return marked(self, answer)

    def key(self):
        """The answer, the working and the slips, as Markdown."""
        slips = [f"{shown(value)}: {words}" for words, value in self.slips.items()]
        return f"**{shown(self.answer)}**. {self.working} Slips: {'; '.join(slips)}."


def shown(value):
    """Four significant digits, with a true minus sign."""
    return f"{value:.4g}".replace("-", "−")


@verdict
def marked(question, answer):
    values = readings(answer)

    def means(number):
        return any(abs(value - number) <= 0.01 * abs(number) for value in values)

    if means(question.answer):
        return "that is the number"
    for words, slip in question.slips.items():
        if means(slip):
            try_again(words)
    return try_again("not the number, and none of the usual slips: write down each line")


# ---- the questions: each draws its numbers and returns text, answer, working, slips


def listed(values):
    return ", ".join(f"{value:g}" for value in values).replace("-", "−")


def mean(rng):
    name = str(rng.choice(["logit", "log", "cloglog"]))
    intercept, slope = rng.choice([-1.5, -1, -0.5, 0.5]), rng.choice([0.4, 0.6, 0.8])
    x = int(rng.integers(1, 4))
    eta = intercept + slope * x
    others = {"logit": "log", "log": "logit", "cloglog": "logit"}
    text = (
        f"A model has the {name} link and the linear predictor η = {listed([intercept])} + "
        f"{listed([slope])}·x. Which mean μ does it give at x = {x}?"
    )
    working = f"η = {listed([eta])}; the mean is the inverse of the {name} link there."
    slips = {
        "this is η: the link is not undone": eta,
        f"this undoes the {others[name]} link": LINKS[others[name]]().inverse(np.array(eta)),
        "the sign of η": LINKS[name]().inverse(np.array(-eta)),
    }
    return text, LINKS[name]().inverse(np.array(eta)), working, slips


def least_squares(rng):
    x = np.arange(1.0, 6)
    y = 2 + rng.choice([0.5, 1, 1.5]) * x + rng.integers(-2, 3, 5)
    X = add_intercept(x[:, None])
    text = (
        f"Five observations: x = {listed(x)}; y = {listed(y)}. Which slope does the least "
        "squares line with intercept have?"
    )
    slope = closed_form(LinearRegression(X, y)).betas[-1][1]
    back = closed_form(LinearRegression(add_intercept(y[:, None]), x)).betas[-1][1]
    through = closed_form(LinearRegression(x[:, None], y)).betas[-1][0]
    working = "Centre x and y; the slope is the sum of products over the sum of squares of x."
    slips = {
        "this is the line through the origin: the intercept is missing": through,
        "this is the slope of x on y": back,
    }
    return text, slope, working, slips


def limit(rng):
    a, b, c = (int(k) for k in rng.integers(1, [6, 6, 5]))
    X = np.array([[a, 1.0], [b, 0.0], [0.0, c]])
    model = LinearRegression(X, np.zeros(3))
    beta = np.zeros(2)
    H = model.hessian(beta)
    low, high = np.linalg.eigvalsh(H)
    text = (
        "The Hessian of a loss at its minimum has the rows "
        f"({listed(H[0])}) and ({listed(H[1])}). Above which learning rate does gradient "
        "descent not settle there?"
    )
    working = (
        f"The eigenvalues are {shown(low)} and {shown(high)}; every |1 − αλ| must be below 1, "
        "so the limit is 2/λmax."
    )
    slips = {
        "this is 1/λmax: the factor of an error may be negative, down to −1": 1 / high,
        "this is 2/λmin: the steepest direction sets the limit": 2 / low,
        "this is 2 over the trace: the largest eigenvalue alone counts": 2 / np.trace(H),
    }
    return text, stability_limit(model, beta), working, slips


def gradient(rng):
    x = rng.permutation([-2.0, -1, 1, 3, 5])[:4]
    y = rng.permutation([0.0, 0, 1, 1])
    X = add_intercept(x[:, None])
    model, zero = LogisticRegression(X, y), np.zeros(2)
    slope = model.gradient(zero)[1]
    text = (
        f"Logistic regression with intercept on x = {listed(x)}; y = {listed(y)}. The loss "
        "is the negative log-likelihood, a sum. What is its derivative by the slope at "
        "β = (0, 0)?"
    )
    working = "At β = 0 every μ is ½; the derivative is the sum of (μ − y)·x."
    slips = {
        "the sign: this is the score, the derivative of the log-likelihood": -slope,
        "this is a mean over the rows, the loss is a sum": slope / 4,
        "the mean is missing: at η = 0 it is ½": -float(x @ y),
    }
    return text, slope, working, slips


def odds(rng):
    ratio = float(rng.choice([1.5, 2, 2.5, 3, 4, 5, 6]))
    p0 = float(rng.choice([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6]))
    p1 = float(sigmoid(np.array(np.log(p0 / (1 - p0)) + np.log(ratio))))
    text = (
        f"A treatment has the odds ratio {ratio:g}. Without it an event has the probability "
        f"{p0:g}. How many times as probable is the event with it?"
    )
    working = (
        f"Odds {shown(p0 / (1 - p0))} become {shown(ratio * p0 / (1 - p0))}, the probability "
        f"becomes {shown(p1)}; divide by {p0:g}."
    )
    slips = {
        "this is the ratio of the odds, not of the probabilities": ratio,
        "this is the new probability: divide it by the old one": p1,
        "this is the new odds": ratio * p0 / (1 - p0),
    }
    return text, p1 / p0, working, slips


def offset(rng):
    intercept = float(rng.choice([-4.5, -4, -3.5, -3]))
    slope = float(rng.choice([0.3, 0.4, 0.5, 0.7]))
    hours = int(rng.choice([50, 100, 200, 300, 400]))
    model = PoissonRegression(np.array([[1.0, 0.0], [1.0, 1.0]]), np.ones(2))
    beta, row = np.array([intercept, slope]), np.array([[1.0, 1.0]])
    rate = model.predict(beta, row, offset=[0.0])[0]
    events = model.predict(beta, row, offset=[np.log(hours)])[0]
    text = (
        "A Poisson model of failures has log hours as an offset and the linear predictor "
        f"{listed([intercept])} + {listed([slope])}·x. How many failures does it expect at "
        f"x = 1 in {hours} hours?"
    )
    working = f"The rate is {shown(rate)} an hour; times {hours} hours."
    slips = {
        "this is the rate of one hour: the offset is forgotten": rate,
        "this is the logarithm of the number": np.log(events),
    }
    return text, events, working, slips


def newton_step(rng):
    people = int(rng.choice([20, 24, 30, 40, 50]))
    few = int(rng.integers(1, people // 4 + 1))
    ones = int(rng.choice([few, people - few]))
    y = np.repeat([1.0, 0.0], [ones, people - ones])
    model = LogisticRegression(np.ones((people, 1)), y)
    zero = np.zeros(1)
    slope, curvature = model.gradient(zero)[0], model.hessian(zero)[0, 0]
    best = model.fit().beta[0]
    text = (
        f"Of {people} people {ones} say{'s' * (ones == 1)} yes. A logistic model has an "
        "intercept alone. Where does one Newton step from β = 0 lead?"
    )
    working = (
        f"The gradient is {shown(slope)}, the Hessian {shown(curvature)}; the step is minus "
        "the one over the other."
    )
    slips = {
        "this is the maximum itself, which Newton reaches after more steps": best,
        "the sign: this step goes uphill": slope / curvature,
        "this is a step of gradient descent with rate 1": -slope,
    }
    return text, -slope / curvature, working, slips


def overdispersion(rng):
    groups = rng.choice([2, 3, 4, 5, 6, 8, 9], 2, replace=False)
    spread = np.minimum(rng.integers(1, 6, 2), groups)
    y = np.concatenate([[m - s, m, m + s] for m, s in zip(groups, spread, strict=True)])
    X = add_intercept(np.repeat([0.0, 1.0], 3)[:, None])
    fit = PoissonRegression(X, y.astype(float)).fit()
    phi = fit.pearson_chi2 / fit.df_residual
    text = (
        f"Two groups of counts: {listed(y[:3])} and {listed(y[3:])}. A Poisson model gives "
        "each group a mean of its own. How large is Pearson's estimate of the dispersion φ?"
    )
    working = (
        f"The fitted means are {listed(groups)}; χ² = Σ (y − μ)²/μ = "
        f"{shown(fit.pearson_chi2)}, divided by {fit.df_residual} degrees of freedom."
    )
    slips = {
        "this is χ²: divide it by the degrees of freedom": fit.pearson_chi2,
        "divide by n − d, not by n": fit.pearson_chi2 / 6,
        "this is √φ, the factor of the standard errors": np.sqrt(phi),
    }
    return text, phi, working, slips


def interval(rng):
    sick, well = rng.integers(8, 20, 2), rng.integers(20, 40, 2)
    n = sick + well
    X = add_intercept(np.array([[0.0], [1.0]]))
    fit = LogisticRegression(X, sick / n, weights=n).fit()
    low = fit.confidence_interval()[1, 0]
    error = fit.standard_errors[1]
    text = (
        f"Of {n[0]} people without and {n[1]} with exposure {sick[0]} and {sick[1]} fall ill. "
        "What is the lower end of the 95 % Wald interval of the odds ratio?"
    )
    working = (
        f"The log odds ratio is {shown(fit.beta[1])}; its standard error, the root of the sum "
        f"of the four reciprocal counts, is {shown(error)}. Subtract 1.96 of them, then e^."
    )
    slips = {
        "this is the end for the log odds ratio: take e^ of it": low,
        "the standard error is the root of the sum": np.exp(fit.beta[1] - 1.96 * error**2),
        "this is the odds ratio itself": np.exp(fit.beta[1]),
    }
    return text, np.exp(low), working, slips


def log_score(rng):
    p = rng.choice([0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9], 4, replace=False)
    y = (rng.random(4) < p).astype(float)
    deviance = float(Binomial().deviance(y, p).sum())
    text = (
        f"A model gives four new people the probabilities {listed(p)}; what happens is "
        f"{listed(y)}. How large is the deviance of these four?"
    )
    working = "Take the probability of what happened, its logarithm, and minus twice the sum."
    wrong = float(Binomial().deviance(1 - y, p).sum())
    slips = {
        "this is minus the log-likelihood: the deviance is twice that": deviance / 2,
        "use the probability of what happened: 1 − p where y is 0": wrong,
        "this is in logarithms to the base 10": deviance / np.log(10),
    }
    return text, deviance, working, slips


def hovering(rng):
    from .labs.mini_batch import floor  # loads Matplotlib

    n, batch = int(rng.choice([1000, 2000, 5000, 8000])), int(rng.choice([2, 4, 8, 16, 32]))
    rate, h = float(rng.choice([0.1, 0.2, 0.3, 0.5, 1])), float(rng.choice([0.1, 0.15, 0.2]))
    text = (
        f"A logistic model of {n} rows has one coefficient; its Hessian over the number of "
        f"rows is {h:g}. Batches of {batch} rows step at the constant learning rate {rate:g} "
        "of the mean gradient. At how many standard errors from the estimate of all rows do "
        "they hover?"
    )
    distance = floor(np.array([[n * h]]), n, batch, rate)
    working = (
        "The variance of the error settles at v = α/(b(2 − αh)) = "
        f"{shown(rate / (batch * (2 - rate * h)))}, the squared standard error is 1/(nh) = "
        f"{shown(1 / (n * h))}; take the root of their ratio."
    )
    slips = {
        "this is the squared distance: take the root": distance**2,
        "this is in units of β: divide by the standard error": distance / np.sqrt(n * h),
        "this is for one row at a time: the mean of a batch varies less": (
            distance * np.sqrt(batch)
        ),
        "n is missing: the squared standard error is 1/(nh), and not 1/h": (
            distance / np.sqrt(n)
        ),
    }
    return text, distance, working, slips


QUESTIONS = {  # name: (lesson, how it is made)
    "mean": ("01", mean),
    "least squares": ("02", least_squares),
    "limit": ("03", limit),
    "gradient": ("04", gradient),
    "odds": ("05", odds),
    "offset": ("06", offset),
    "newton step": ("07", newton_step),
    "overdispersion": ("08", overdispersion),
    "interval": ("09", interval),
    "log score": ("10", log_score),
    "hovering": ("11", hovering),
}


def question(name, seed):
    """One question, in the version of this seed.

    A draw in which a slip would lead to the right number is drawn again, and so is one with
    an answer that says little: 0, or a mean that is nearly 0 or 1.
    Raises ValueError for a name that is not in QUESTIONS.

    >>> print(question("odds", seed=3).text)
    A treatment has the odds ratio ... How many times as probable is the event with it?
    """
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}: choose from {', '.join(QUESTIONS)}")
    lesson, make = QUESTIONS[name]
    rng = stream(seed, f"exam {name}")
    while True:
        text, answer, working, slips = make(rng)
        numbers = np.array([answer, *slips.values()], dtype=float)
        one, other = numbers[np.array(np.triu_indices(len(numbers), 1))]
        apart = np.abs(one - other) > 0.03 * np.maximum(np.abs(one), np.abs(other))
        telling = np.abs(numbers).min() > 1e-6 and abs(answer - 1) > 0.03
        if telling and apart.all():
            slips = {words: float(value) for words, value in slips.items()}
            return Question(name, lesson, text, float(answer), working, slips)


@dataclass(frozen=True)
class Paper:
    """An exam: its questions as Markdown, and with `key` the answers."""

    seed: int
    questions: tuple

    def markdown(self, key=False):
        """The paper as Markdown text; with `key`, the answers and slips instead."""
        lines = [f"**{'Key to version' if key else 'Version'} {self.seed}**", ""]
        if not key:
            lines += ["Give each number to four significant figures; 1 % is tolerated.", ""]
        for number, q in enumerate(self.questions, 1):
            lines.append(f"{number}. {q.key() if key else q.text}")
        return "\n".join(lines)


def paper(seed, lessons=None):
    """An exam paper: one question from each lesson, in the version of this seed.

    Parameters
    ----------
    seed : a whole number; two seeds make two versions of equal difficulty.
    lessons : such as ["02", "04"]; None takes all that have a question.

    >>> print(paper(7, lessons=["05"]).markdown())
    **Version 7**
    <BLANKLINE>
    Give each number to four significant figures; 1 % is tolerated.
    <BLANKLINE>
    1. A treatment has the odds ratio ...
    """
    chosen = [name for name, (lesson, _) in QUESTIONS.items() if lessons is None
              or lesson in lessons]  # fmt: skip
    if not chosen:
        raise ValueError(f"no question belongs to {lessons}: lessons are '01' to '11'")
    return Paper(seed, tuple(question(name, seed) for name in chosen))
