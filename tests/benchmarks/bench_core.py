"""How fast: the listing's loop beside ours, and Newton beside three libraries.

    python tests/benchmarks/bench_core.py

Prints times and ratios, one BLAS thread each. Ends with an error where gradient descent
is not at least 8 times as fast as the loop, or where its answer differs by 1e-12.
"""

import os

for library in ("OPENBLAS", "OMP", "MKL", "BLIS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # before NumPy is imported

import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from importlib import import_module  # noqa: E402

import numpy as np  # noqa: E402

import glmlib  # noqa: E402

ITERATIONS = 100_000
NEEDED = 8.0


def loop(X, y, start, learning_rate, iterations):
    """Logistic regression as the listing does it: every iteration, the gradient in two
    parts, y(1 − p) and (1 − y)p, and p by 1/(1 + e^−η)."""
    beta = start.copy()
    p = 1 / (1 + np.exp(-(X @ beta)))
    for _ in range(iterations):
        missed, excess = y * (1 - p), (1 - y) * p
        beta -= learning_rate * (X.T @ (excess - missed))
        p = 1 / (1 + np.exp(-(X @ beta)))
    return beta


def clock(call, repeats=1):
    """The median processor time of a call in seconds, and what it returned.

    With one thread that is the time on the clock of a machine with nothing else to do.
    """
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        value = call()
        times.append(time.process_time() - begin)
    return sorted(times)[len(times) // 2], value


def descent():
    """The 100,000 iterations of the listing, in both ways; whether both promises hold."""
    X, y, _, start = glmlib.article_data("logistic")
    model = glmlib.LogisticRegression(X, y)
    print(f"Logistic regression, {ITERATIONS:,} iterations at 1e-4, 1000 rows, 10 columns")
    ours, path = clock(lambda: glmlib.gradient_descent(model, start, 1e-4, ITERATIONS), 5)
    theirs, beta = clock(lambda: loop(X, y, start, 1e-4, ITERATIONS))
    difference = np.abs(path[ITERATIONS] - beta).max()
    each = theirs / ITERATIONS / (ours / path.iterations)
    print(f"  the listing's loop    {theirs:8.3f} s")
    print(f"  gradient_descent      {ours:8.3f} s, a fixed point after {path.iterations:,}")
    print(f"  ratio                 {theirs / ours:8.1f}   (at least {NEEDED:g} is promised)")
    print(f"  ratio per iteration   {each:8.1f}")
    print(f"  largest difference    {difference:8.0e}   (at most 1e-12)\n")
    return theirs / ours >= NEEDED and difference <= 1e-12


def statsmodels(family, X, y):
    sm = import_module("statsmodels.api")
    kind = {"logistic": sm.families.Binomial, "poisson": sm.families.Poisson}[family]
    return lambda: sm.GLM(y, X, family=kind()).fit().params


def sklearn(family, X, y):
    linear = import_module("sklearn.linear_model")
    if family == "logistic":
        make = lambda: linear.LogisticRegression(  # noqa: E731
            C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-10
        )
    else:
        make = lambda: linear.PoissonRegressor(  # noqa: E731
            alpha=0, fit_intercept=False, solver="newton-cholesky", tol=1e-10
        )
    return lambda: make().fit(X, y).coef_.ravel()


def glum(family, X, y):
    module = import_module("glum")
    kind = {"logistic": "binomial", "poisson": "poisson"}[family]
    return lambda: (
        module.GeneralizedLinearRegressor(
            family=kind, alpha=0, fit_intercept=False, gradient_tol=1e-10
        )
        .fit(X, y)
        .coef_
    )


def newton():
    """Newton's method beside the libraries, told not to penalise and to be exact."""
    Model = {"logistic": glmlib.LogisticRegression, "poisson": glmlib.PoissonRegression}
    for family in Model:
        for n, d in ((100, 3), (1000, 10), (100_000, 10)):
            X, y, _ = glmlib.simulate(family, n=n, d=d, seed=1)
            repeats = 3 if n > 10_000 else 9
            ours, fit = clock(lambda f=family, X=X, y=y: Model[f](X, y).fit(), repeats)
            print(f"{family}, {n:,} rows, {d} columns")
            print(f"  {'glmlib':<14}{1000 * ours:9.2f} ms")
            for rival in (statsmodels, sklearn, glum):
                try:
                    call = rival(family, X, y)
                except ImportError:
                    print(f"  {rival.__name__:<14} is not installed: left out")
                    continue
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    seconds, beta = clock(call, repeats)
                away = (np.abs(beta - fit.beta) / fit.standard_errors).max()
                print(
                    f"  {rival.__name__:<14}{1000 * seconds:9.2f} ms, {seconds / ours:5.1f} "
                    f"times ours; {away:.0e} standard errors from it"
                )
    print()


if __name__ == "__main__":
    kept = descent()
    newton()
    print("Both promises hold." if kept else "A PROMISE IS BROKEN: see above.")
    sys.exit(not kept)
