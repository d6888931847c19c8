"""θ of the negative binomial for random samples: no θ on a dense grid is better."""

import numpy as np
import pytest
from scipy.special import gammaln

import glmlib

ALPHA = np.r_[0.0, 10.0 ** np.arange(-6, 4.01, 0.2)]


@np.errstate(over="ignore", invalid="ignore")  # of steps that are then halved
def best_on_a_grid(X, y, w, beta):
    """max over β of the log-likelihood at each α of a dense grid, (k,), by Newton on all."""
    terms = np.log1p(ALPHA[:, None] * np.arange(int(y.max())))
    first = np.column_stack([np.zeros(len(ALPHA)), terms.cumsum(axis=1)])[:, y.astype(int)]
    a, betas = ALPHA[:, None], np.tile(beta, (len(ALPHA), 1))
    factorials = gammaln(y + 1)

    def value(betas):
        eta = betas @ X.T
        mu = np.exp(eta)
        last = np.where(a > 0, (y + 1 / np.maximum(a, ALPHA[1])) * np.log1p(a * mu), mu)
        return (first - last + y * eta - factorials) @ w

    best = value(betas)
    for _ in range(100):
        mu = np.exp(betas @ X.T)
        gradient = (w * (y - mu) / (1 + a * mu)) @ X
        W = w * mu * (1 + a * y) / (1 + a * mu) ** 2
        H = (X.T * W[:, None]) @ X + 1e-12 * np.eye(X.shape[1])
        step, t = np.linalg.solve(H, gradient[:, :, None])[:, :, 0], np.ones((len(ALPHA), 1))
        for _ in range(30):
            new = value(betas + t * step)
            t = np.where((new >= best - 1e-12 * (1 + abs(best)))[:, None], t, t / 2)
        betas, best = betas + t * step, value(betas + t * step)
        if (gradient * step).sum(axis=1).max() < 1e-10:
            break
    return best


def random_counts(rng):
    """Few rows, of any θ and any mean up to a few hundred; some with an outlier or weights."""
    n, d = int(rng.integers(3, 12)), int(rng.integers(1, 3))
    X = rng.integers(-3, 4, (n, d)).astype(float)
    X[:, 0] = 1.0 if rng.random() < 0.7 else X[:, 0]
    theta = 10 ** rng.uniform(-2, 3)
    mu = np.exp(np.clip(X @ rng.normal(0, 0.7, d) + rng.uniform(0, 3), -5, 6))
    y = rng.poisson(rng.gamma(theta, mu / theta)).astype(float)
    y[rng.integers(n)] += rng.integers(0, 100) * (rng.random() < 0.2)
    return X, y, np.ones(n) if rng.random() < 0.7 else rng.integers(0, 4, n).astype(float)


@pytest.mark.filterwarnings("ignore::glmlib.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::glmlib.DataWarning")
def test_no_theta_on_a_dense_grid_is_better():
    """300 random samples; `best_on_a_grid` was run once on 10,000."""
    rng, infinite, finite = np.random.default_rng(20), 0, 0
    while infinite + finite < 300:
        X, y, w = random_counts(rng)
        try:
            poisson = glmlib.PoissonRegression(X, y, weights=w).fit()
        except ValueError:  # not enough rows
            continue
        if not poisson.converged or not w @ y:
            continue
        fit = glmlib.maximum_likelihood_theta(poisson.model)
        best = best_on_a_grid(X, y, w, poisson.beta).max()
        assert fit.log_likelihood > best - 1e-7 * (1 + abs(best)), (X, y, w)
        infinite, finite = infinite + np.isinf(fit.theta), finite + np.isfinite(fit.theta)
    assert min(infinite, finite) > 60
