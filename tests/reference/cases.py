"""The reference cases: where they are, how they are read, how far a fit is from each.

`exact` in a case is Fisher scoring in 60-digit arithmetic; the rest is what R 4.2.2 gives.
The cases whose data are free to ship are in this folder; the others are read from
../shared/reference beside the repository, where that folder exists.
"""

import csv
import json
from pathlib import Path

import numpy as np

import glmlib

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "reference"

SHIPPED = (
    "article_linear article_logistic article_poisson beetles_logit challenger_bernoulli "
    "challenger_binomial doll_hill horsekick_corps horsekick_corps_year horsekick_null "
    "iris_linear iris_logistic longley norris rutherford_geiger ucb_gender ucb_gender_dept "
    "wampler1 wampler2"
).split()
ELSEWHERE = (
    "anscombe1 anscombe2 anscombe3 anscombe4 birthwt cars_linear clotting_lot1 dobson "
    "insurance mtcars_linear mtcars_logistic polyps warpbreaks"
).split()
NAMES = sorted(SHIPPED + ELSEWHERE)
LOGISTIC = (
    "article_logistic beetles_logit birthwt challenger_bernoulli challenger_binomial "
    "iris_logistic mtcars_logistic ucb_gender ucb_gender_dept"
).split()


def available(name):
    return name in SHIPPED or (SHARED / "gold" / f"{name}.json").exists()


def parameters(key=None):
    """The cases for pytest: those that have `key`, and a skip for what is not to be had."""
    import pytest

    skip = pytest.mark.skip(reason="its data are not free to ship: in ../shared/reference")
    return [
        pytest.param(name, marks=[] if available(name) else skip)
        for name in NAMES
        if key is None or not available(name) or read(name).get(key)
    ]


def read(name, shipped=None):
    """The numbers of a case: exact decimals as text, R's as numbers."""
    shipped = name in SHIPPED if shipped is None else shipped
    folder = HERE if shipped else SHARED / "gold"
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


def data(name, shipped=None):
    """X (n, d), y (n,), weights (n,), offset (n,) and the names of the columns of X."""
    shipped = name in SHIPPED if shipped is None else shipped
    if shipped and name.startswith("article_"):
        X, y, _, _ = glmlib.article_data(name.removeprefix("article_"))
        names = ["(Intercept)"] + [f"x{j}" for j in range(1, 10)]
        return X, y, np.ones(len(y)), np.zeros(len(y)), names
    folder = HERE if shipped else SHARED / "data" / "design"
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    table = np.array([[float(cell) for cell in row] for row in rows])
    y, weights, offset = table[:, :3].T
    return table[:, 3:], y, weights, offset, head[3:]


def model(name, shipped=None):
    """The GLM of a case; offset and weights are left out where they say nothing."""
    case = read(name, shipped)
    X, y, weights, offset, _ = data(name, shipped)
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
