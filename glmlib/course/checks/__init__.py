"""Checks of mathematics by numbers, for learners and for the tests.

A check calls the learner's function on several data sets and compares its answer with a
property: finite differences, a round trip, a gradient of zero. It knows no stored answer.
A wrong answer is compared with a table of slips, and the first that explains it is what
the learner reads. Every check returns a `Verdict`.
"""

from .analysis import Checklist, Ingredient, assess, change_reference, report, suspects
from .answers import (
    catches,
    choice,
    exposure_bugs,
    gradient_bugs,
    matching,
    number,
    order,
)
from .asked import question
from .blocks import batch_step, block_fit, running_mean
from .distributions import (
    cards,
    count_variance,
    dispersion,
    quasi_errors,
    standardised,
    uniform_residuals,
)
from .glms import fit, gradient, hessian, laplace, loss, loss_of_counts
from .links import inverse_slope, link, sigmoid
from .newton import halving, irls, irls_step, working
from .optimisers import curvatures, descent
from .practice import (
    colleague,
    count_interval,
    culprit,
    standard_errors,
    summary_numbers,
    translated,
)
from .reading import average_effects, coefficient, four_outputs, probability_after
from .sampling import sampling, small_sample
from .verdicts import SYMBOLS as SYMBOLS
from .verdicts import Verdict

__all__ = [
    "Checklist",
    "Ingredient",
    "Verdict",
    "assess",
    "average_effects",
    "batch_step",
    "block_fit",
    "cards",
    "coefficient",
    "colleague",
    "count_interval",
    "catches",
    "change_reference",
    "choice",
    "count_variance",
    "culprit",
    "curvatures",
    "descent",
    "dispersion",
    "exposure_bugs",
    "fit",
    "four_outputs",
    "gradient",
    "gradient_bugs",
    "halving",
    "hessian",
    "inverse_slope",
    "irls",
    "irls_step",
    "laplace",
    "link",
    "loss",
    "loss_of_counts",
    "matching",
    "number",
    "order",
    "probability_after",
    "question",
    "quasi_errors",
    "report",
    "running_mean",
    "sampling",
    "sigmoid",
    "small_sample",
    "standard_errors",
    "standardised",
    "summary_numbers",
    "suspects",
    "translated",
    "uniform_residuals",
    "working",
]
