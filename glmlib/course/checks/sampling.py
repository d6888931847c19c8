"""Checks of simulations: how estimates scatter when the sample is drawn again and again."""

import contextlib
import functools
import warnings
from functools import cache

import numpy as np

from ...data import stream
from ...models import LogisticRegression
from .verdicts import call, numbers, reshaped, try_again, verdict

REPEATS = 1500


def linear_draws(X, beta, sigma, rng, repeats):
    """Estimates (repeats, d) and the estimates of sigma (repeats,) from new samples."""
    Q, R = np.linalg.qr(X)
    y = X @ beta + sigma * rng.standard_normal((repeats, len(X)))
    estimates = np.linalg.solve(R, Q.T @ y.T).T
    left = np.sum((y - estimates @ X.T) ** 2, axis=1)
    return estimates, np.sqrt(left / (len(X) - X.shape[1]))


@verdict
def sampling(f):
    """Check f(X, beta, sigma, repeats, rng) -> (2, d): how linear estimates scatter.

    First the standard deviation of each estimate over new samples, then the share of the
    samples whose interval, estimate ± 1.96 estimated standard errors, holds the truth.

    >>> def known_sigma(X, beta, sigma, repeats, rng):
    ...     root = np.sqrt(np.diag(np.linalg.solve(X.T @ X, np.eye(len(beta)))))
    ...     return sigma * root, np.full(len(beta), 0.95)
    >>> checks.sampling(known_sigma).message.splitlines()[0]
    "sigma is known here, or Student's t stands for 1.96: estimate it in each sample"
    """
    for n, d, sigma in ((5, 3, 2.0), (12, 3, 0.5)):  # there n − 1 shows
        rng = stream(2, f"sampling {n}")
        X = np.column_stack([np.ones(n), rng.standard_normal((n, d - 1))])
        beta, where = rng.standard_normal(d), f"n - d = {n - d}"
        given = {"X": X, "beta": beta, "sigma": sigma, "repeats": REPEATS}
        found = reshaped(call(f, where, **given, rng=np.random.default_rng(7)), (2, d))
        if found.shape != (2, d):
            try_again(f"two arrays of {d} numbers are asked, yours have shape {found.shape}")
        if not np.isfinite(found).all():
            try_again(f"some numbers are not finite: {numbers(found)}", where)
        root = np.linalg.norm(np.linalg.solve(np.linalg.qr(X, mode="r"), np.eye(d)), axis=1)
        estimates, sigmas = linear_draws(X, beta, sigma, rng, 20_000)
        off = np.abs(estimates - beta) / root
        right = np.mean(off < 1.96 * sigmas[:, None], axis=0)
        if np.allclose(found[::-1], [sigma * root, right], rtol=0.12):
            try_again("the two are swapped: first the standard deviations", where)
        scatter(found[0], sigma * root, root, beta, np.mean(sigmas), where)

        def shares(width, off=off, sigmas=sigmas):
            return np.mean(off < 1.96 * width * sigmas[:, None], axis=0)

        zero = shares(1, np.abs(estimates) / root)
        cover(found[1], shares, X, root, where, {
            "these are the intervals that hold 0: the truth is beta": zero,
            "a root is missing: sigma² is estimated, and sigma is asked": shares(
                1, sigmas=sigmas**2),
        })  # fmt: skip
    return "the estimates scatter as sigma² (X'X)⁻¹ says, and 1.96 is too short for few rows"


def scatter(yours, right, root, beta, sigma_hat, where):
    """Stop unless these are the standard deviations of the estimates."""
    if np.allclose(yours, right, rtol=0.08):
        return
    words = "not the standard deviation of each estimate over the samples"
    for slip, value in {
        "this is the variance: its root is asked": right**2,
        "sigma is missing: the noise has the standard deviation sigma": root,
        "sigma is squared: the noise has the standard deviation sigma": right**2 / root,
        "the noise is uniform: standard_normal is asked": right / 12**0.5,
        "this is the standard deviation of the mean of all samples": right / REPEATS**0.5,
        "each sample is the same: draw the noise anew in each repeat": 0 * right,
        "these are means and not standard deviations": beta,
        "these are the standard errors of the samples: how do the estimates scatter?": (
            sigma_hat * root
        ),
        "this is the range, which grows with the repeats": 6.5 * right,
    }.items():
        near = 4 * right / REPEATS**0.5 if value is beta else 0.06 * np.abs(value)
        near = 0.25 * value if value is not beta and value[0] > 5 * right[0] else near
        if (np.abs(yours - value) <= near + 1e-9).all():
            words = slip
            break
    try_again(f"{words}\nyours {numbers(yours, 3)}, about {numbers(right, 3)} is right", where)


def cover(yours, shares, X, root, where, slips):
    """Stop unless these are the shares of intervals that hold the truth.

    shares : a width, in that of the right intervals -> the shares (d,) that hold the truth.
    """
    (n, d), right, sizes = X.shape, shares(1), np.linalg.norm(X, axis=0)
    near = 4.5 * np.sqrt(right * (1 - right) / REPEATS)
    if (np.abs(yours - right) <= near).all() and (yours <= 1).all():
        return
    widths = {
        "divide the squares by n - d, not by n": (1 - d / n) ** 0.5,
        "divide the squares by n - d, not by n - 1": ((n - d) / (n - 1)) ** 0.5,
        "divide the squares by n - d, and by no less": ((n - d) / (n - d - 1)) ** 0.5,
        "the squares are not divided: by n - d": (n - d) ** 0.5,
        "one standard error to each side: 1.96 are asked": 1 / 1.96,
        "1.645 is for 90 %: 1.96 are asked": 1.645 / 1.96,
        "2.576 is for 99 %: 1.96 are asked": 2.576 / 1.96,
        "a root is missing, of the diagonal: a variance is no standard error": root,
        "divided by the root of n once more: (X'X)⁻¹ has the rows in it": n**-0.5,
        "the root of the diagonal of X'X: the variances are in its inverse": sizes / root,
        "one over the diagonal of X'X: invert the matrix, then take its diagonal": (
            1 / (sizes * root)
        ),
        "this is the mean of one column: (X'X)⁻¹ has a standard error for each": (
            n**-0.5 / root
        ),
    }
    slips = slips | {
        "this is the share that misses": 1 - right,
        "in per cent: a share between 0 and 1 is asked": 100 * right,
        "these are numbers of samples: divide by repeats": REPEATS * right,
        "the distance has a sign: take np.abs": (1 + right) / 2,
        "every interval holds its own estimate: the truth is beta": np.ones(d),
        "sigma is known here, or Student's t stands for 1.96: estimate it in each sample": (
            np.full(d, 0.95)
        ),
    } | {words: shares(width) for words, width in widths.items()}  # fmt: skip
    gaps = {words: np.abs(yours - v).max() / max(1, v.max()) for words, v in slips.items()}
    likely = sorted((w for w in gaps if gaps[w] < 0.05), key=gaps.get)
    likely = [w for w in likely[:2] if gaps[w] < gaps[likely[0]] + 0.02]
    words = "; or ".join(likely) or "not the share of samples whose interval holds the truth"
    try_again(f"{words}\nyours {numbers(yours, 3)}, about {numbers(right, 3)} is right", where)


# ---- logistic regression of few rows


@cache
def logistic_draws(n, repeats=300):
    """X (n, 2), the truth, the estimates (m, 2) that exist, and the share without."""
    X, beta = np.column_stack([np.ones(n), np.linspace(-2, 2, n)]), np.array([0.0, 1.2])
    mu, rng, found = 1 / (1 + np.exp(-X @ beta)), stream(4, "small sample"), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separated samples, which are counted
        for _ in range(repeats):
            fit = LogisticRegression(X, (rng.random(n) < mu) * 1.0).fit()
            if fit.converged:
                found.append(fit.beta)
    return X, beta, np.array(found), 1 - len(found) / repeats


@contextlib.contextmanager
def noted_fits():
    """The fits of logistic regressions, in a list that grows as they are made."""
    original, fits = LogisticRegression.fit, []

    @functools.wraps(original)
    def noted(*arguments, **options):
        fits.append(original(*arguments, **options))
        return fits[-1]

    LogisticRegression.fit = noted
    try:
        yield fits
    finally:
        LogisticRegression.fit = original


@verdict
def small_sample(f):
    """Check f(X, beta, repeats, rng) -> (d + 1,): logistic estimates from few rows.

    The mean of the estimates over the samples that have one, then the share without.

    >>> checks.small_sample(lambda X, beta, repeats, rng: np.append(beta, 0.0))
    TRY AGAIN ✗ this is the truth: draw samples, fit each, and take the mean
    yours [0, 1.2], about [-0.073, 1.58] is right
    (16 rows)
    """
    n, repeats = 16, 100
    X, beta, estimates, lost = logistic_draws(n)
    where = f"{n} rows"
    given = {"X": X, "beta": beta, "repeats": repeats}
    with noted_fits() as fits:
        found = call(f, where, **given, rng=np.random.default_rng(7))
    found = reshaped(found, (3,))
    if found.shape != (3,):
        try_again(f"three numbers are asked, yours have shape {found.shape}", where)
    if not np.isfinite(found).all():
        try_again(f"some numbers are not finite: {numbers(found)}", where)
    mean, share = found[:2], found[2]
    right, spread = estimates.mean(axis=0), estimates.std(axis=0) / repeats**0.5
    shown = f"yours {numbers(mean, 3)}, about {numbers(right.round(3), 3)} is right"
    if np.allclose(mean, beta, atol=1e-9):
        try_again(
            f"this is the truth: draw samples, fit each, and take the mean\n{shown}", where
        )
    if np.abs(mean).max() > 2 * np.abs(right).max():
        why = "too far out: draw y with the probability S(X beta), and leave out the samples"
        try_again(f"{why} without a finite estimate\n{shown}", where)
    kept = np.array([fit.beta for fit in fits if fit.converged])
    counted = len(fits) == repeats and len(kept) > 0
    own, left_out = (kept.mean(axis=0), 1 - len(kept) / repeats) if counted else (mean, share)
    if not ((np.abs(mean - right) < 5 * spread) & np.isclose(mean, own)).all():
        why = "not the mean of the estimates"
        if len(fits) == repeats and np.allclose(mean, np.median(kept, axis=0)):
            why = "this is their median: the mean is asked"
        elif np.allclose(mean, own):
            why = "the mean of other data: draw y = 1 with the probability S(X beta)"
        elif np.allclose(mean, own - beta):
            why = "this is the bias: the mean itself is asked"
        elif np.allclose(mean, own * (1 - left_out)):
            why = "divided by all samples: divide by those that have an estimate"
        elif np.allclose(found[1:], own):
            why = "the share stands first: the means, then the share"
        elif np.allclose(mean, own.mean()):
            why = "one mean of all coefficients: each has its own"
        elif counted and np.allclose(
            mean, np.mean([fit.standard_errors for fit in fits if fit.converged], axis=0)
        ):
            why = "these are standard errors: the mean of the estimates is asked"
        elif counted and (np.abs(mean) < np.abs(own) + 1e-9).all():
            why = "closer to 0 than the mean of all that have an estimate: which are left out?"
        if np.allclose(mean, estimates.std(axis=0), rtol=0.15):
            why = "this is their standard deviation: the mean is asked"
        try_again(f"{why}\n{shown}", where)
    near = 5 * np.sqrt(lost * (1 - lost) / repeats)
    if not (abs(share - lost) < near and np.isclose(share, left_out)):
        why = "not the share of samples without a finite estimate"
        if np.isclose(share, 1 - lost, atol=0.06):
            why = "this is the share of samples that have a finite estimate"
        elif np.isclose(share, lost * repeats, rtol=0.5):
            why = "this is their number: divide by repeats"
        elif np.isclose(share, 1 - (1 - left_out) * repeats / n):
            why = "divided by the rows: divide by repeats"
        elif share == 0:
            why = "0, though some samples had no finite estimate: how many were left out?"
        try_again(f"{why}\nyours {share:.3g}, about {lost:.3g} is right", where)
    return "the mean lies farther from 0 than the truth, and some samples have no estimate"
