"""Thousands of random calls with hostile arrays: each ends in one of three ways.

A result that passes its own checks, a ValueError or TypeError with a sentence, or a
ConvergenceWarning. Never another exception, never a hang, never a RuntimeWarning, never
NaN in a fit that says it converged. The calls are the same in every run.

    python tests/sweeps/test_fuzz.py 100000 7     so many calls, from another seed
"""

import sys
import time
import warnings

import numpy as np
import pytest

import glmlib
from core.fuzz import KINDS
from glmlib.families import FAMILIES
from glmlib.links import LINKS

CALLS, SEED = 4000, 2024
SLOWEST = 10.0  # seconds; a call takes milliseconds, also on a busy machine

HUGE = [1e308, -1e308, 1e200, 1e100, 1e30, 1e-30, 1e-200, 5e-324, -0.0, 1e16, 2.0**53]


def numbers(rng, shape):
    """An array of one of many kinds, from harmless to absurd, all of them numbers."""
    kind = rng.integers(0, 10) if rng.random() < 0.5 else 0
    a = rng.standard_normal(shape)
    if kind == 1:
        a = a * 10.0 ** rng.integers(-300, 300)
    elif kind == 2:
        a = rng.integers(-2, 3, shape).astype(float)
    elif kind == 3:
        a = np.full(shape, rng.choice([0.0, 1.0, -1.0, 7.5, 1e300]))
    elif kind == 4 and a.size:
        a = a.copy()
        a.flat[rng.integers(0, a.size)] = rng.choice(HUGE)
    elif kind == 5 and a.size:
        a = a.copy()
        a.flat[rng.integers(0, a.size)] = rng.choice([np.nan, np.inf, -np.inf])
    elif kind == 6:
        a = a * 10.0 ** rng.integers(-12, 12, a.shape[-1] if a.ndim else None)
    elif kind == 7:
        a = a * 1e-8 + rng.choice([1.0, 1e8, -1e4])
    elif kind == 8 and a.ndim == 2 and a.shape[1] > 1:
        a[:, -1] = a[:, 0] + rng.choice([0, 1e-15, 1e-10, 1e-6]) * a[:, -1]
    elif kind == 9:
        a = rng.choice(HUGE, shape) if a.size else a
    return a


def hostile(rng, a):
    """The same array as another type, now and then one that is no array of numbers."""
    kind = rng.integers(0, 16) if rng.random() < 0.12 else -1
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == 0:
            return a.astype(str)
        if kind == 1:
            return a.astype(complex)
        if kind == 2:
            return a.astype(np.float32)
        if kind == 3:
            return a.astype(object)
        if kind == 4:
            return np.nan_to_num(a).astype(np.int64)
        if kind == 5:
            return a > 0
        if kind == 6:
            return a.tolist()
        if kind == 7:
            return np.ma.masked_array(a, mask=rng.random(a.shape) < 0.2)
        if kind == 8:
            return a[..., None]
        if kind == 9:
            return a[:-1] if a.ndim else a
        if kind == 10:
            odd = [
                "abc",
                b"abc",
                None,
                {},
                {1, 2},
                3,
                2.5,
                [],
                [[]],
                object(),
                np.nan,
                range(5),
            ]
            return odd[rng.integers(0, len(odd))]
        if kind == 11:
            return a.astype("datetime64[s]") if a.size else a
        if kind == 12:
            return a.T
        if kind == 13:
            return [1, [2, 3], "x"]
        if kind == 14:
            return iter(np.ravel(a).tolist())
        if kind == 15:
            return a.astype(np.float16)
    return a


def response(rng, n, family):
    """A y that mostly suits the family."""
    kind = rng.integers(0, 7)
    if kind == 0:
        return numbers(rng, n)
    if kind == 1:
        return np.full(n, rng.choice([0.0, 1.0, 2.0, 1e12, 1e-300]))
    if family == "binomial":
        return (rng.random(n) < rng.choice([0.05, 0.5, 0.9])).astype(float)
    if KINDS[family].counts:
        return rng.poisson(rng.choice([0.1, 2.0, 300.0, 1e9]), n).astype(float)
    y = rng.gamma(2.0, size=n) * 10.0 ** rng.integers(-8, 9)
    return y * rng.choice([-1, 1], n) if family == "gaussian" and kind < 4 else y


def scalar(rng, good):
    odd = [0, -1, 0.5, np.nan, np.inf, True, "1", None, [1], 10**400, 1e-320, 1e300, 1 + 0j]
    return odd[rng.integers(0, len(odd))] if rng.random() < 0.15 else good


def arguments(rng):
    """A family, a link, data and the options of a fit."""
    family = rng.choice(list(FAMILIES))
    n = int(rng.choice([1, 2, 3, 5, 8, 20, 40, 40])) if rng.random() < 0.98 else 0
    d = int(rng.choice([1, 1, 2, 2, 3, 5])) if rng.random() < 0.98 else 0
    X = numbers(rng, (n, d))
    if d and rng.random() < 0.7:
        X[:, 0] = 1.0
    y = response(rng, n, family)
    extra = {}
    if rng.random() < 0.25:
        extra["weights"] = hostile(rng, np.where(rng.random(n) < 0.9, abs(numbers(rng, n)), 0))
    if rng.random() < 0.2:
        extra["offset"] = hostile(rng, numbers(rng, n))
    kind = FAMILIES[family]
    made = kind(float(rng.choice([0.1, 1, 50]))) if family == "negative binomial" else kind()
    link = rng.choice(made.links) if rng.random() < 0.9 else rng.choice([*LINKS, "cubic"])
    options = {}
    if rng.random() < 0.3:
        options["solver"] = "gradient descent"
        options["learning_rate"] = scalar(rng, 10.0 ** rng.uniform(-12, 2))
        options["iterations"] = scalar(rng, int(rng.integers(1, 300)))
    elif rng.random() < 0.2:
        options["solver"] = rng.choice(["newton", "closed form", "magic"])
    if rng.random() < 0.25:
        options["start"] = hostile(rng, numbers(rng, d))
    if rng.random() < 0.1:
        options["tolerance"] = scalar(rng, 1e-8)
    return made, link, hostile(rng, X), hostile(rng, y), extra, options


def sentence(error):
    """Whether an error message is a sentence with something in it."""
    text = str(error)
    return len(text) > 12 and " " in text


def check(fit, rng, warned=False):
    """What every fit must be, converged or not."""
    model, d = fit.model, len(fit.beta)
    assert np.isfinite(fit.beta).all(), "beta is not finite"
    assert len(fit.message) > 10
    assert np.isfinite(fit.path.betas).all()
    fit.path.losses, fit.path[10**9]
    assert fit.covariance.shape == (d, d) and fit.standard_errors.shape == (d,)
    assert not (fit.standard_errors < 0).any()
    assert fit.confidence_interval().shape == (d, 2) and fit.p_values.shape == (d,)
    assert len(str(fit.summary())) > 100 and "<table" in fit.summary()._repr_html_()
    for number in (fit.deviance, fit.null_deviance, fit.aic, fit.bic, fit.log_likelihood):
        assert isinstance(number, float)
    fit.predict(numbers(np.random.default_rng(0), (2, d)) if not model.has_offset else None)
    if rng.random() < 0.1:
        fit.residuals("deviance"), fit.residuals("pearson"), fit.leverage, fit.cooks_distance
    if not fit.converged:
        assert np.isnan(fit.standard_errors).all() or fit.path.event == "stopped"
        return
    used = model.weights > 0
    # a row of weight 0 may lie where the link has no mean
    assert np.isfinite(fit.eta).all() and not np.isnan(fit.mu[model.weights > 0]).any()
    low, high = model.family.support
    assert ((fit.mu[used] >= low) & (fit.mu[used] <= high)).all(), "a mean outside its range"
    assert fit.deviance >= -1e-9 * (1 + model.weights @ np.abs(model.y))
    if fit.df_residual > 0:
        assert not np.isnan(fit.standard_errors).any(), "a standard error is NaN"
    if warned:  # digits are lost and that was said, or a loose tolerance was asked for
        return
    # the gradient, in units of its own standard deviation and of its own rounding
    with np.errstate(all="ignore"):
        gradient = model.gradient(fit.beta)
        phi = fit.dispersion if fit.df_residual > 0 else 1.0
        unit = np.sqrt(np.diag(model.hessian(fit.beta)) * phi)
        rest = np.abs(model.weights * (model.y - fit.mu))
        factor = np.abs(model.slope_over_variance(fit.eta, fit.mu))
        eta = np.abs(model.X) @ np.abs(fit.beta) + np.abs(model.offset)
        rounding = factor * (1e-6 * rest + 1e-14 * np.abs(model.weights * fit.mu))
        rounding = rounding + 1e-13 * model.working_weights(fit.eta) * eta
        size = np.abs(model.X).T @ rounding
        if np.isfinite([*unit, *size]).all() and (unit > 0).all():
            assert (np.abs(gradient) <= 1e-4 * unit + size).all(), "the gradient is not 0"


def attempt(rng):
    """One random call; the name of how it ended."""
    family, link, X, y, extra, options = arguments(rng)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            model = glmlib.GLM(X, y, family, link, **extra)
            beta = numbers(rng, model.X.shape[1])
            if np.isfinite(beta).all():
                assert not np.isnan(model.loss(beta)), "the loss is NaN"
                model.gradient(beta), model.hessian(beta), model.predict(beta)
            fit = model.fit(**options)
            warned = any(w.category is glmlib.DataWarning for w in said)
            check(fit, rng, warned or "tolerance" in options)
        except (ValueError, TypeError) as error:
            assert sentence(error), f"no sentence: {error!r}"
            foreign = (
                "operand",
                "could not convert",
                "ufunc",
                "unsupported",
                "not enough values",
            )
            assert not any(word in str(error) for word in foreign), f"not our words: {error}"
            return type(error).__name__
    kinds = {w.category for w in said}
    allowed = {glmlib.ConvergenceWarning, glmlib.DataWarning}
    assert kinds <= allowed, [str(w.message) for w in said if w.category not in allowed]
    assert fit.converged != (glmlib.ConvergenceWarning in kinds), "a warning and no warning"
    return "converged" if fit.converged else fit.path.event


def run(calls, seed):
    """How often each ending was seen; an AssertionError says which call to repeat."""
    endings = {}
    for k in range(calls):
        begin = time.perf_counter()
        try:
            ending = attempt(np.random.default_rng([seed, k]))
        except Exception as error:
            raise AssertionError(f"attempt(default_rng([{seed}, {k}])): {error!r}") from error
        assert time.perf_counter() - begin < SLOWEST, f"call {k} of seed {seed} is slow"
        endings[ending] = endings.get(ending, 0) + 1
    return endings


@pytest.mark.parametrize("part", range(4))
def test_every_call_ends_in_a_result_or_a_sentence(part):
    endings = run(CALLS // 4, SEED + part)
    # the fuzzing is of no use where it meets one ending only
    assert endings["converged"] > 50 and endings["ValueError"] > 100
    assert len(endings) >= 5, endings


@pytest.mark.parametrize("seed", range(40))
def test_gradient_descent_on_a_learners_own_object(seed):
    rng = np.random.default_rng([5, seed])

    class Own:
        def gradient(self, beta):  # of the same kind in every call
            again = np.random.default_rng([7, seed])
            return hostile(again, numbers(again, len(beta))) if seed % 3 else beta

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            path = glmlib.gradient_descent(
                Own(), hostile(rng, numbers(rng, 3)), scalar(rng, 0.1), scalar(rng, 50)
            )
        except (ValueError, TypeError) as error:
            assert sentence(error)
        else:
            assert np.isfinite(path.betas).all() and path.message


@pytest.mark.parametrize("seed", range(60))
def test_simulate_and_load(seed):
    rng = np.random.default_rng([6, seed])
    try:
        X, y, beta = glmlib.simulate(
            rng.choice(["linear", "logistic", "poisson", "x"]),
            n=scalar(rng, 7),
            d=scalar(rng, 3),
            seed=seed,
            noise=scalar(rng, 1.0),
        )
    except (ValueError, TypeError) as error:
        assert sentence(error)
    else:
        assert len(X) == len(y) and X.shape[1] == len(beta) and np.isfinite(X).all()


if __name__ == "__main__":
    print(run(*(int(word) for word in [*sys.argv[1:], CALLS, SEED][:2])))
