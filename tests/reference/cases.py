"""The reference cases: where they are, how they are read, how far a fit is from each.

`exact` in a case is Fisher scoring in 50 or 60 digits; the rest is what R 4.2.2 gives, or
the same in 50 digits where `make.py` made the case.
"""

import csv
import functools
import json
from pathlib import Path

import numpy as np

import glmlib

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.json"))


def parameters(key):
    """The names of the cases that have this key."""
    return [name for name in NAMES if read(name).get(key)]


def logistic():
    """The logistic cases without an offset: every library can be asked for them."""
    cases = {name: read(name) for name in NAMES}
    names = [name for name, case in cases.items() if case["link"] == "logit"]
    return [name for name in names if not data(name)[3].any()]


@functools.cache
def text(name):
    return (HERE / f"{name}.json").read_text("utf-8")


def read(name):
    """The numbers of a case: exact decimals as text, R's as numbers."""
    return json.loads(text(name))


def data(name):
    """X (n, d), y (n,), weights (n,), offset (n,) and the names of the columns of X."""
    if name.startswith("article_"):
        X, y, _, _ = glmlib.article_data(name.removeprefix("article_"))
        names = ["(Intercept)"] + [f"x{j}" for j in range(1, 10)]
        return X, y, np.ones(len(y)), np.zeros(len(y)), names
    with open(HERE / f"{name}.csv", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    table = np.array([[float(cell) for cell in row] for row in rows])
    y, weights, offset = table[:, :3].T
    return table[:, 3:], y, weights, offset, head[3:]


def model(name):
    """The GLM of a case; offset and weights are left out where they say nothing."""
    case = read(name)
    X, y, weights, offset, _ = data(name)
    return glmlib.GLM(
        X,
        y,
        case["family"].lower(),
        case["link"],
        weights=weights if (weights != 1).any() else None,
        offset=offset if offset.any() else None,
    )


def numbers(texts):
    return np.array([float(text) for text in np.atleast_1d(texts)])


def relative(found, truth):
    """The largest relative error; where the truth is 0, the error itself."""
    found, truth = np.atleast_1d(found), np.atleast_1d(np.asarray(truth, dtype=float))
    return float((np.abs(found - truth) / np.where(truth == 0, 1.0, np.abs(truth))).max())


def fits_exactly(case, y):
    """Whether the residuals are smaller than the rounding of y itself (Wampler 1 and 2).

    The deviance is then no property of the data but of their last digit: relative errors
    of it, of the standard errors and of the log-likelihood mean nothing.
    """
    return case["family"] == "gaussian" and float(case["exact"]["deviance"]) <= rounding(y)


def rounding(y):
    """The sum of squares that errors of four units in the last place of y can make."""
    return len(y) * (4 * np.finfo(float).eps * np.abs(y).max()) ** 2


def errors(case, fit):
    """{quantity: (error, tolerance)} of a fit, against the exact answer and against R."""
    exact, y = case["exact"], fit.model.y
    beta, se = numbers(exact["coefficients"]), numbers(exact["std_errors"])
    found = {
        "coefficients": (
            float((np.abs(fit.beta - beta) / np.maximum(np.abs(beta), se)).max()),
            1e-8,
        ),
        "df": (
            abs(fit.df_residual - case["df_residual"]) + abs(fit.df_null - case["df_null"]),
            0,
        ),
        "null deviance": (relative(fit.null_deviance, case["null_deviance"]), 1e-10),
    }
    deviance = float(exact["deviance"])
    if fits_exactly(case, y):
        # as small as rounding can tell, and standard errors that do not doubt 8 digits
        found["deviance, absolute"] = (abs(fit.deviance - deviance), rounding(y))
        found["standard errors, absolute"] = (
            float((np.abs(fit.standard_errors - se) / np.abs(beta)).max()),
            1e-8,
        )
        return found
    log_likelihood = float(exact["loglik"])
    # R's BIC counts rows of weight 0 as well; here they are no observations
    rows = np.log((fit.model.weights > 0).sum()) - np.log(case["n"])
    bic = case["BIC"] + rows * case["loglik_df"]
    z = 1.959963984540054
    interval = np.column_stack([beta - z * se, beta + z * se])
    covariance = np.abs(fit.covariance - np.array(case["vcov"])) / np.outer(se, se)
    found |= {
        "standard errors": (relative(fit.standard_errors, se), 1e-6),
        "covariance": (float(covariance.max()), 1e-6),
        "dispersion": (relative(fit.dispersion, numbers(exact["dispersion"])), 1e-10),
        "Pearson χ²": (relative(fit.pearson_chi2, numbers(exact["pearson_chi2"])), 1e-10),
        "deviance": (relative(fit.deviance, deviance), 1e-10),
        "log-likelihood": (relative(fit.log_likelihood, log_likelihood), 1e-10),
        "AIC": (relative(fit.aic, 2 * case["loglik_df"] - 2 * log_likelihood), 1e-10),
        "BIC": (relative(fit.bic, bic), 1e-10),
        "Wald intervals": (
            float((np.abs(fit.confidence_interval() - interval) / se[:, None]).max()),
            1e-6,
        ),
        "p-values": (relative(fit.p_values, case["p_value"]), 1e-5),
    }
    return found
