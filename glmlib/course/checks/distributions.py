"""Checks of what a choice of distribution is judged by: variance, dispersion, residuals."""

from itertools import product

import numpy as np

from ...data import stream
from .answers import normalised
from .formula import one_change
from .slips import same
from .verdicts import Stop, call, described, not_yet, quoted, reshaped, try_again, verdict

# ---- the variance of a count


@verdict
def count_variance(f):
    """Check f(mu, zero): the variance of a count that is 0 for sure with probability `zero`.

    Otherwise it is Poisson with the mean mu. The variance is compared with sums over counts.

    >>> checks.count_variance(lambda mu, zero: (1 - zero) * mu * (1 + zero * mu))
    PASS ✓ it is the variance of such counts: Poisson's, and that of the two means
    >>> checks.count_variance(lambda mu, zero: (1 - zero) * mu).status
    'TRY AGAIN'
    """

    def right(mu, zero):
        from scipy.stats import poisson

        mu = np.asarray(mu, dtype=float)
        k = np.arange(200.0)
        P = (1 - zero) * poisson.pmf(k, mu[:, None]) + zero * (k == 0)
        mean = P @ k
        return np.sum(P * (k - mean[:, None]) ** 2, axis=1)

    mu = np.array([0.4, 1.5, 6.0, 25.0])
    same(
        f,
        right,
        {
            "for zero = 0.3": {"mu": mu, "zero": 0.3},
            "for zero = 0.6": {"mu": mu[::-1], "zero": 0.6},
            "for whole numbers": {"mu": np.array([1, 2, 7]), "zero": 0.25},
            "for one mean": {"mu": mu[:1], "zero": 0.3},
        },
        {
            "; ".join(filter(None, (one, other))): (
                lambda mu, zero, part=part, rest=rest: part(mu, zero) + rest(mu, zero)
            )
            for (one, part), (other, rest) in list(product(WITHIN.items(), BETWEEN.items()))[
                1:
            ]
        }
        | {
            "a standard deviation, the variance is its square": (
                lambda mu, zero: np.sqrt((1 - zero) * mu * (1 + zero * mu))
            ),
        },
        tolerance=1e-6,
        formula="(1 - zero) * mu + zero * (1 - zero) * mu ** 2",
    )
    return "it is the variance of such counts: Poisson's, and that of the two means"


@verdict
def standardised(f):
    """Check f(X, y): residuals of least squares over their standard deviations, (n,).

    Residual i has the variance σ²(1 − hᵢ); hᵢ is entry i on the diagonal of X (XᵀX)⁻¹ Xᵀ.

    >>> checks.standardised(lambda X, y: y - X @ np.linalg.lstsq(X, y)[0])
    TRY AGAIN ✗ these are the residuals: divide each by its standard deviation
    yours 1.06591, the right one 2.12001
    (20 rows, 3 columns)
    """
    rng, cases = stream(2, "standardised"), {}
    for n, d in ((20, 3), (5, 2)):
        X = np.column_stack([np.ones(n), rng.standard_normal((n, d - 1))])
        y = X.sum(axis=1) + 0.5 * rng.standard_normal(n)
        cases[f"{n} rows, {d} columns"] = {"X": X, "y": y}

    def right(X, y, lost=1, leverage=1.0, root=0.5, sigma=True):
        hat = X @ np.linalg.pinv(X)
        misses, h = y - hat @ y, np.diag(hat)
        sigma2 = misses @ misses / (len(y) - lost * X.shape[1]) if sigma else 1.0
        return misses / (sigma2 * (1 - leverage * h)) ** root

    same(
        f,
        right,
        cases,
        {
            "these are the residuals: divide each by its standard deviation": lambda X, y: (
                right(X, y, root=0.0)
            ),
            "divided by n: n − d directions are left": lambda X, y: right(X, y, lost=0),
            "the leverages are missing: all rows have one variance here": lambda X, y: right(
                X, y, leverage=0.0
            ),
            "a variance stands where its root belongs": lambda X, y: right(X, y, root=1.0),
            "the sign of the leverage: a row that pulls has a smaller residual": (
                lambda X, y: right(X, y, leverage=-1.0)
            ),
            "sigma is missing": lambda X, y: right(X, y, sigma=False),
        },
    )
    return "each residual is measured by its own standard deviation"


WITHIN = {  # the mean of the two variances; the first is right
    "": lambda mu, zero: (1 - zero) * mu,
    "within: each row has Poisson's variance here, as if none were 0 for sure": (
        lambda mu, zero: mu
    ),
    "within: the share that varies is 1 − zero, yours is zero": lambda mu, zero: zero * mu,
    "within: a mean takes the share itself, and not its square": (
        lambda mu, zero: (1 - zero) ** 2 * mu
    ),
    "Poisson's variance is missing": lambda mu, zero: 0 * mu,
}
BETWEEN = {  # the variance of the two means
    "": lambda mu, zero: zero * (1 - zero) * mu**2,
    "between: the two means, 0 and mu, differ as well": lambda mu, zero: 0 * mu,
    "between: the mean of the squares is not yet the variance": (
        lambda mu, zero: (1 - zero) * mu**2
    ),
    "between: two values, 0 and mu, have the variance q (1 − q) mu²": (
        lambda mu, zero: zero * mu**2
    ),
    "between: one share is squared, where q (1 − q) belongs": lambda mu, zero: zero**2 * mu**2,
    "between: one share is squared, and q (1 − q) belongs there": (
        lambda mu, zero: (1 - zero) ** 2 * mu**2
    ),
    "between: q and 1 − q are squared, like mu": (
        lambda mu, zero: (zero * (1 - zero) * mu) ** 2
    ),
    "between: mu is not squared": lambda mu, zero: zero * (1 - zero) * mu,
    "between: the sign, both parts add to the variance": (
        lambda mu, zero: -zero * (1 - zero) * mu**2
    ),
}


# ---- χ² / (n − d), and what it does to standard errors


@verdict
def dispersion(f):
    """Check f(y, mu, V, d): Pearson's χ² divided by n − d, with V = V(μ) given, (n,).

    >>> def pearson_dispersion(y, mu, V, d):
    ...     return ((y - mu) ** 2 / V).sum() / (len(y) - d)
    >>> checks.dispersion(pearson_dispersion)
    PASS ✓ your φ is χ² over the degrees of freedom, whatever the family
    """

    def right(y, mu, V, d):
        y, mu, V = (np.asarray(array, dtype=float) for array in (y, mu, V))
        return np.sum((y - mu) ** 2 / V) / (len(y) - d)

    rng = stream(8, "dispersion")
    mu = rng.uniform(0.5, 6.0, 30)
    y = rng.poisson(mu * rng.gamma(1.0, 1.0, 30)).astype(float)
    time = mu * rng.gamma(2.0, 0.5, 30)
    order = rng.permutation(30)
    whole = np.array([1, 2, 3, 4, 5])
    same(
        f,
        right,
        {
            "for counts, V = mu": {"y": y, "mu": mu, "V": mu, "d": 3},
            "for times, V = mu²": {"y": time, "mu": mu, "V": mu**2, "d": 5},
            "in another order": {"y": y[order], "mu": mu[order], "V": mu[order], "d": 3},
            "for whole numbers": {"y": whole[::-1].copy(), "mu": whole, "V": whole, "d": 2},
            "for one degree of freedom": {"y": y[:3], "mu": mu[:3], "V": mu[:3], "d": 2},
        },
        {
            "divided by n: the fit has used up d degrees of freedom": lambda y, mu, V, d: (
                right(y, mu, V, 0)
            ),
            "divided by n − 1: the fit has used up d degrees of freedom, not one": (
                lambda y, mu, V, d: right(y, mu, V, 1)
            ),
            "divided by n − d − 1: d counts the intercept already": lambda y, mu, V, d: (
                right(y, mu, V, d + 1) if len(y) > d + 1 else np.inf
            ),
            "divided by n, then d subtracted: n − d needs brackets": lambda y, mu, V, d: (
                right(y, mu, V, 0) - d
            ),
            "one sum over another: divide each row by its own V": lambda y, mu, V, d: (
                np.sum((y - mu) ** 2) / np.sum(V)
            ),
            "the sum, not yet divided by the degrees of freedom": lambda y, mu, V, d: (
                right(y, mu, V, d) * (len(y) - d)
            ),
            "V is missing: this is the variance of the residuals": lambda y, mu, V, d: right(
                y, mu, np.ones(len(y)), d
            ),
            "V is squared: a residual is squared, its variance is not": lambda y, mu, V, d: (
                right(y, mu, V**2.0, d)
            ),
            "divided by mu: V(mu) is mu for Poisson counts only": lambda y, mu, V, d: right(
                y, mu, mu, d
            ),
            "the residuals are not squared": lambda y, mu, V, d: (
                np.sum((y - mu) / V) / (len(y) - d)
            ),
            "the residuals have lost their square": lambda y, mu, V, d: (
                np.sum(np.abs(y - mu) / V) / (len(y) - d)
            ),
            "np.var takes the mean of the residuals off: their squares are asked for": (
                lambda y, mu, V, d: np.var((y - mu) / np.sqrt(V), ddof=d)
            ),
            "the sum is squared, and not each residual": lambda y, mu, V, d: (
                np.sum((y - mu) / np.sqrt(V)) ** 2 / (len(y) - d)
            ),
            "this is its root: φ itself is asked for": lambda y, mu, V, d: np.sqrt(
                right(y, mu, V, d)
            ),
            "variance over mean of y: each row has a mean of its own": lambda y, mu, V, d: (
                np.var(y, ddof=1) / np.mean(y)
            ),
        },
        formula="sum((y - mu) ** 2 / V) / (n - d)",
        names=lambda **given: given | {"n": len(given["y"])},
    )
    return "your φ is χ² over the degrees of freedom, whatever the family"


@verdict
def quasi_errors(f):
    """Check f(X, y, mu): √φ times the standard errors of a Poisson fit with a log link.

    >>> checks.quasi_errors(lambda X, y, mu: np.ones(X.shape[1])).status
    'TRY AGAIN'
    """

    def right(X, y, mu, power=0.5, spent=None, V=None):
        root = np.linalg.qr(np.sqrt(mu)[:, None] * X, mode="r")
        errors = np.linalg.norm(np.linalg.solve(root, np.eye(len(root))), axis=1)
        spent = X.shape[1] if spent is None else spent
        phi = np.sum((y - mu) ** 2 / (mu if V is None else V)) / (len(y) - spent)
        return phi**power * errors

    rng = stream(8, "quasi errors")
    X = np.column_stack([np.ones(40), rng.standard_normal((40, 2))])
    mu = np.exp(X @ np.array([1.0, 0.5, -0.3]))
    y = rng.poisson(mu * rng.gamma(1.0, 1.0, 40)).astype(float)
    order = rng.permutation(40)
    same(
        f,
        right,
        {
            "on 40 rows": {"X": X, "y": y, "mu": mu},
            "on the same rows in another order": {
                "X": X[order], "y": y[order], "mu": mu[order]
            },
            "on one column": {"X": X[:, :1], "y": y, "mu": mu},
        },
        {
            "φ itself, its root belongs to a standard error": lambda X, y, mu: (
                right(X, y, mu, power=1)
            ),
            "Poisson's standard errors: φ is missing": lambda X, y, mu: (
                right(X, y, mu, power=0)
            ),
            "these are variances: take the root": lambda X, y, mu: right(X, y, mu) ** 2,
            "V(mu) is missing in χ²": lambda X, y, mu: right(X, y, mu, V=np.ones(len(y))),
            "φ is divided by n: the fit has used up degrees of freedom": lambda X, y, mu: (
                right(X, y, mu, spent=0)
            ),
        },
    )  # fmt: skip
    return "your errors are √φ times Poisson's"


# ---- a residual that is uniform


@verdict
def uniform_residuals(f, seeds=50):
    """Check f(y, mu, v): u between F(y − 1) and F(y) of Poisson counts, by uniform v, (n,).

    What is asked for is a property: over `seeds` samples u is uniform where the counts are
    Poisson, and it is not where they vary more.

    >>> checks.uniform_residuals(lambda y, mu, v: v)
    TRY AGAIN ✗ uniform whatever the data are: v alone, without y, tells nothing
    """
    from scipy.special import ndtr, ndtri, pdtr
    from scipy.stats import kstest

    def between(y, mu, v):
        below = np.where(y > 0, pdtr(np.maximum(y - 1.0, 0.0), mu), 0.0)
        return below, pdtr(y, mu), v

    slips = {
        "the count is certain to be at most this: v is not used, and F(y) jumps": (
            lambda low, high, v: high
        ),
        "F(y − 1) alone: u must be able to reach F(y)": lambda low, high, v: low,
        "the middle of the jump: without v it is not uniform": lambda low, high, v: (
            (low + high) / 2
        ),
        "it starts at F(y): add v P(y) to F(y − 1)": lambda low, high, v: (
            high + v * (high - low)
        ),
        "P(y) times v alone: F(y − 1) is missing": lambda low, high, v: v * (high - low),
        "the jump is added in full: v times P(y) is asked for": lambda low, high, v: (
            low + v * high
        ),
        "this is Φ⁻¹(u), and u itself is asked for": lambda low, high, v: ndtri(
            low + v * (high - low)
        ),
    }

    def normal(y, mu, v):
        return ndtr((y - mu) / np.sqrt(mu))

    functions = {
        "F": lambda mu: lambda k: np.where(k >= 0, pdtr(np.maximum(k, 0), mu), 0.0),
        "P": lambda mu: lambda k: between(k, mu, 0)[1] - between(k, mu, 0)[0],
    }

    def changed(u, values):
        return one_change(
            "F(y - 1) + v * P(y)", [values], lambda found: np.allclose(u, found[0])
        )

    pooled = {"true": [], "wrong": []}
    for seed in range(seeds):
        rng = stream(seed, "uniform residuals")
        mu, v = np.exp(rng.uniform(-1.0, 1.5, 60)), rng.random(60)
        for kind, rate in (("true", mu), ("wrong", mu * rng.gamma(0.5, 2.0, 60))):
            y = rng.poisson(rate).astype(float)
            u = reshaped(call(f, y=y, mu=mu, v=v), y.shape)
            if u.shape != y.shape:
                try_again(f"shape {u.shape} instead of {y.shape}: one number for each row")
            edges = between(y, mu, v)
            for words, slip in slips.items():
                if np.allclose(u, slip(*edges), rtol=1e-8, atol=1e-12, equal_nan=True):
                    try_again(words)
            if np.allclose(u, v) or np.allclose(u, 1 - v):
                try_again("uniform whatever the data are: v alone, without y, tells nothing")
            if np.allclose(u, normal(y, mu, v)):
                try_again("a normal distribution function: the counts are Poisson")
            values = {"y": y, "mu": mu, "v": v} | {k: g(mu) for k, g in functions.items()}
            inside = ((u >= edges[0] - 1e-6) & (u <= edges[1] + 1e-6)).all()
            if why := "" if inside else changed(u, values):
                try_again(f"{why}, where F is the distribution function, P the probability")
            turned = call(f, y=y[::-1], mu=mu[::-1], v=v[::-1])
            if inside and not np.allclose(np.ravel(turned)[::-1], u):
                try_again("a row's u depends on other rows: its own y, mu and v are enough")
            outside = ~((u >= edges[0] - 1e-6) & (u <= edges[1] + 1e-6))
            if outside.any():
                i = int(outside.argmax())
                try_again(
                    f"u must lie between F(y − 1) = {edges[0][i]:.4f} and F(y) = "
                    f"{edges[1][i]:.4f}\nyours is {u[i]:.4f} at y = {y[i]:g}, mu = {mu[i]:.3f}"
                )
            pooled[kind].append(u)
    chance = {kind: kstest(np.concatenate(u), "uniform").pvalue for kind, u in pooled.items()}
    if chance["true"] < 1e-4:
        try_again(
            f"in the right bounds, but not uniform where the counts are Poisson: "
            f"p = {chance['true']:.1e} over {seeds} seeds"
        )
    if chance["wrong"] > 1e-4:
        try_again("uniform where the counts are not Poisson: it could not reveal that")
    return f"over {seeds} seeds uniform for Poisson counts, and not for counts that vary more"


# ---- a card for each data set


@verdict
def cards(answers, right, reasons):
    """Check the distribution chosen for each data set, and the reason it was chosen for.

    Parameters
    ----------
    answers : {data set: (family, reason)}, the learner's.
    right : {data set: {family: reason}}, every family that can be defended.
    reasons : {family: why it cannot be right}, or {(data set, family): why}.

    >>> right = {"beetles": {"binomial": "support"}}
    >>> checks.cards({"beetles": ("binomial", "mechanism")}, right, {})
    TRY AGAIN ✗ beetles: the family can be defended, but not by its mechanism
    >>> checks.cards({"beetles": ("Binomial", "support")}, right, {})
    PASS ✓ 1 of 1 cards: family and reason
    """
    if not isinstance(answers, dict):
        try_again(f"give a dict, data set: (family, reason); this is {described(answers)}")
    blank = [str(name) for name, card in answers.items() if is_blank(card)]
    missing = [name for name in right if name not in answers]
    if blank or missing:
        not_yet(f"{len(blank) + len(missing)} cards are blank: {', '.join(blank + missing)}")
    for name, card in answers.items():
        if name not in right:
            try_again(f"there is no data set {quoted(name)}: {', '.join(right)}")
        card = card.tolist() if isinstance(card, np.ndarray) else card
        pair = isinstance(card, list | tuple) and len(card) == 2
        if not (pair and all(isinstance(part, str) for part in card)):
            try_again(f"{name}: give a family and a reason, this is {quoted(card)}")
        family, reason = map(normalised, card)
        good = {normalised(family): reason for family, reason in right[name].items()}
        if family not in good:
            why = {
                normalised(k) if isinstance(k, str) else (k[0], normalised(k[1])): words
                for k, words in reasons.items()
            }
            words = why.get((name, family)) or why.get(family)
            raise Stop(
                "TRY AGAIN", f"{name}: {words or f'{quoted(card[0])} is not on the list'}"
            )
        if reason.replace(" ", "") != normalised(good[family]).replace(" ", ""):
            try_again(
                f"{name}: the family can be defended, but not by its {card[1].strip()[:40]}"
            )
    return f"{len(answers)} of {len(right)} cards: family and reason"


def is_blank(card):
    return card is None or card is ... or (isinstance(card, str) and not card.strip()) or (
        isinstance(card, list | tuple) and any(part is ... or part is None for part in card)
    )  # fmt: skip
