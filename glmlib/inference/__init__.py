"""What a fit says about its rows, its rivals and its limits; each is a function of a fit.

residuals.py     row by row: how far, how heavy, how influential
quantile.py      residuals that are standard normal in every family
comparison.py    the likelihood-ratio test against a larger model
profile.py       intervals from the likelihood itself
theta.py         the parameter of the negative binomial, which is not in β
"""

from .comparison import Comparison, compare
from .profile import profile_interval
from .quantile import quantile_residuals
from .residuals import cooks_distance, leverage, residuals, standardized_residuals

__all__ = [
    "Comparison",
    "compare",
    "cooks_distance",
    "leverage",
    "profile_interval",
    "quantile_residuals",
    "residuals",
    "standardized_residuals",
]
