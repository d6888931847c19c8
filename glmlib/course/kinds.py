"""The three models of the course by name, as `glmlib.simulate` calls them."""

from ..models import LinearRegression, LogisticRegression, PoissonRegression

MODELS = {
    "linear": LinearRegression,
    "logistic": LogisticRegression,
    "poisson": PoissonRegression,
}
