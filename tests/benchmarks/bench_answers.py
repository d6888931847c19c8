"""Whose answer is right: default fits of the logistic reference cases.

    python tests/benchmarks/bench_answers.py

For each library, in how many cases a coefficient is more than 1e-6 standard errors from
the exact one, as it comes: no option is set but the family. scikit-learn penalises by
default, so it is shown with its penalty off as well. Ends with an error where ours is off.
"""

import os

for library in ("OPENBLAS", "OMP", "MKL", "BLIS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # before NumPy is imported

import sys  # noqa: E402
import warnings  # noqa: E402
from importlib import import_module  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[1]))  # tests/, as pytest has it

from reference import cases  # noqa: E402

LIMIT = 1e-6


def ours(X, y, trials):
    glmlib = import_module("glmlib")
    grouped = (trials != 1).any()
    return glmlib.LogisticRegression(X, y, weights=trials if grouped else None).fit().beta


def statsmodels(X, y, trials):
    sm = import_module("statsmodels.api")
    return sm.GLM(y, X, family=sm.families.Binomial(), freq_weights=trials).fit().params


def sklearn(X, y, trials, **options):
    """Grouped data as two rows each, weighted by successes and failures."""
    linear = import_module("sklearn.linear_model")
    rows, labels = np.vstack([X, X])[:, 1:], np.repeat([1, 0], len(y))
    counts = np.concatenate([trials * y, trials * (1 - y)])
    fit = linear.LogisticRegression(**options).fit(rows, labels, sample_weight=counts)
    return np.concatenate([fit.intercept_, fit.coef_.ravel()])


def sklearn_without_penalty(X, y, trials):
    return sklearn(X, y, trials, C=np.inf)


def glum(X, y, trials):
    module = import_module("glum")
    fit = module.GeneralizedLinearRegressor(family="binomial")
    fit = fit.fit(X[:, 1:], y, sample_weight=trials)
    return np.concatenate([[fit.intercept_], fit.coef_])


def error(beta, case):
    exact, se = (cases.numbers(case["exact"][k]) for k in ("coefficients", "std_errors"))
    return float((np.abs(beta - exact) / se).max())


def main():
    names = cases.logistic()
    libraries = [ours, statsmodels, sklearn, sklearn_without_penalty, glum]
    titles = ["glmlib", "statsmodels", "scikit-learn", "… no penalty", "glum"]
    columns = []
    for library, title in zip(libraries, titles, strict=True):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = []
                for name in names:
                    X, y, trials, _, _ = cases.data(name)
                    found.append(error(library(X, y, trials), cases.read(name)))
        except ImportError:
            print(f"{title} is not installed: left out")
            continue
        columns.append((title, found))
    print("Largest error of a coefficient in standard errors, default options:")
    print(f"{'case':<22}" + "".join(f"{title:>15}" for title, _ in columns))
    for i, name in enumerate(names):
        print(f"{name:<22}" + "".join(f"{found[i]:>15.0e}" for _, found in columns))
    wrong = [sum(e > LIMIT for e in found) for _, found in columns]
    label = f"beyond {LIMIT:.0e}"
    print(f"{label:<22}" + "".join(f"{f'{k} of {len(names)}':>15}" for k in wrong))
    return wrong[0]


if __name__ == "__main__":
    sys.exit(bool(main()))
