"""The listing's own data, seed 123: estimates, iteration counts, stability limits, streams.

The numbers in the tables were computed beforehand with other programs, in part to 60
digits. They are the answers, not a record of what glmlib once gave.
"""

import numpy as np
import pytest

import glmlib

MODELS = {
    "linear": glmlib.LinearRegression,
    "logistic": glmlib.LogisticRegression,
    "poisson": glmlib.PoissonRegression,
}

# truth of the linear and the logistic block, linear estimate, logistic estimate,
# truth of the Poisson block, Poisson estimate
TABLE = np.array(
    [
        [1.131538, 1.119544, 1.144619, -0.542815, -0.560881],
        [-0.321510, -0.307339, -0.439946, 0.498673, 0.501385],
        [0.392148, 0.404645, 0.359630, 0.141489, 0.144653],
        [-0.541998, -0.540949, -0.478980, -0.753147, -0.763577],
        [-1.513386, -1.514119, -1.691969, -0.289300, -0.291556],
        [0.262150, 0.234859, 0.242416, 0.825718, 0.817907],
        [-1.642191, -1.627100, -1.670892, -1.213340, -1.210655],
        [0.810053, 0.819470, 0.795963, -0.214456, -0.202497],
        [-0.069726, -0.149108, 0.105746, 0.632968, 0.667499],
        [-0.901496, -0.931693, -1.076978, -0.433370, -0.421792],
    ]
).T
TRUTH = {"linear": TABLE[0], "logistic": TABLE[0], "poisson": TABLE[3]}
ESTIMATE = {"linear": TABLE[1], "logistic": TABLE[2], "poisson": TABLE[4]}

# learning rate of the listing; distance to the maximum and the iteration that reaches it
RATE = {"logistic": 1e-4, "poisson": 1e-5}
REACHED = {
    "logistic": {1e-2: 1555, 1e-3: 2426, 1e-4: 3298, 1e-6: 5042, 1e-8: 6787, 1e-10: 8531},
    "poisson": {1e-2: 827, 1e-3: 1291, 1e-4: 1756, 1e-6: 2686, 1e-8: 3616, 1e-10: 4545},
}
# smallest and largest eigenvalue of the Hessian at the maximum, four digits
CURVATURE = {
    "linear": (848.6, 1149.1),
    "logistic": (26.36, 140.05),
    "poisson": (494.1, 16816.5),
}


@pytest.fixture(scope="module")
def fits():
    found = {}
    for name, Model in MODELS.items():
        X, y, _, _ = glmlib.article_data(name)
        found[name] = Model(X, y).fit()
    return found


@pytest.fixture(scope="module")
def descents():
    """Gradient descent as the listing runs it: its start, its rate, its 100,000 steps."""
    found = {}
    for name, rate in RATE.items():
        X, y, _, start = glmlib.article_data(name)
        found[name] = glmlib.gradient_descent(MODELS[name](X, y), start, rate, 100_000)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_the_table_comes_out_to_six_digits(fits, name):
    truth = glmlib.article_data(name)[2]
    assert fits[name].converged
    np.testing.assert_allclose(truth, TRUTH[name], rtol=0, atol=5.1e-7)
    np.testing.assert_allclose(fits[name].beta, ESTIMATE[name], rtol=0, atol=5.1e-7)


@pytest.mark.parametrize("name", RATE)
def test_descent_from_the_listings_start_ends_where_newton_ends(fits, descents, name):
    path = descents[name]
    assert path.converged, path.message
    assert np.abs(path[0] - fits[name].beta).max() > 0.5  # the start is far away
    np.testing.assert_allclose(path[-1], fits[name].beta, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name, within", [(n, w) for n in REACHED for w in REACHED[n]])
def test_iteration_counts(fits, descents, name, within):
    error = np.abs(descents[name].betas - fits[name].beta).max(axis=1)
    first = int(np.argmax(error <= within))
    assert error[first] <= within
    # the count wobbles by a few iterations: in the last digits the error is rounding
    assert abs(first - REACHED[name][within]) <= 5


@pytest.mark.parametrize("name", RATE)
def test_a_path_that_stopped_early_is_the_whole_path(descents, name):
    """Where the loop stops, every later iterate is known: index 100,000 is the last one."""
    path = descents[name]
    assert path.iterations < 100_000
    beta = path[-1]
    after = beta - RATE[name] * path.model.gradient(beta)
    assert np.abs(after - beta).max() <= 1e-15
    assert np.abs(path[100_000] - beta).max() <= 1e-15


# ---- the stability limit, measured without any Hessian


def settles(model, beta, rate, iterations=3000):
    """Whether gradient descent started beside `beta` takes shorter and shorter steps."""
    start = beta + 1e-6 * np.linspace(1, 2, len(beta)) * (-1.0) ** np.arange(len(beta))
    path = glmlib.gradient_descent(model, start, rate, iterations)
    if path.iterations < iterations:  # a fixed point, or not finite
        return path.converged
    with np.errstate(over="ignore"):
        steps = np.linalg.norm(np.diff(path.betas, axis=0), axis=1)
    # far above the limit the logistic model jumps about: its steps are large
    return steps[-1] < min(0.999 * steps[iterations // 2], 1e-3)


@pytest.mark.parametrize("name", MODELS)
def test_measured_stability_limit_is_two_over_the_largest_eigenvalue(fits, name):
    model, beta = fits[name].model, fits[name].beta
    low, high = 1e-6, 1.0
    assert not settles(model, beta, high)
    while high / low > 1.0002:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if settles(model, beta, middle) else (low, middle)
    limit = glmlib.stability_limit(model, beta)
    assert np.sqrt(low * high) == pytest.approx(limit, rel=1e-3)
    assert limit == pytest.approx(2 / CURVATURE[name][1], rel=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_curvature_at_the_maximum(fits, name):
    eigenvalues = np.linalg.eigvalsh(fits[name].model.hessian(fits[name].beta))
    assert eigenvalues[[0, -1]] == pytest.approx(CURVATURE[name], rel=2e-4)


BEST = {"logistic": (0.01202, 38), "poisson": (1.155e-4, 227)}


@pytest.mark.parametrize("name", BEST)
def test_best_constant_rate(fits, name):
    """2/(λmax + λmin) is the best constant rate, and this is how few iterations it takes."""
    fit = fits[name]
    eigenvalues = np.linalg.eigvalsh(fit.model.hessian(fit.beta))
    rate = 2 / (eigenvalues[0] + eigenvalues[-1])
    assert rate == pytest.approx(BEST[name][0], rel=1e-3)
    start = glmlib.article_data(name)[3]
    path = glmlib.gradient_descent(fit.model, start, rate, 1000)
    error = np.abs(path.betas - fit.beta).max(axis=1)
    assert abs(int(np.argmax(error <= 1e-6)) - BEST[name][1]) <= 1


# ---- the sign error


class ListingsPoisson:
    """The gradient as the listing has it: Xᵀ(y − μ), which points uphill."""

    def __init__(self, X, y):
        self.X, self.y = X, y

    def gradient(self, beta):
        return self.X.T @ (self.y - np.exp(self.X @ beta))


def test_the_listings_gradient_climbs_and_is_stopped():
    X, y, _, start = glmlib.article_data("poisson")
    model = glmlib.PoissonRegression(X, y)
    path = glmlib.gradient_descent(ListingsPoisson(X, y), start, 1e-5, 100_000)
    assert not path.converged
    assert path.event == "diverged"
    assert "iteration 34" in path.message and "sign of the gradient" in path.message
    assert path.iterations == 33 and np.isfinite(path.betas).all()
    losses = [model.loss(beta) for beta in path.betas[:4]]
    assert losses[0] < losses[1] < losses[2] < losses[3]


# ---- independent streams: the truth is not made of the data


def test_the_listings_poisson_truth_is_its_own_X():
    X, _, beta, _ = glmlib.article_data("poisson")
    np.testing.assert_allclose(2 * beta[:9], X[0, 1:], rtol=0, atol=1e-12)
    assert 2 * beta[9] == pytest.approx(X[1, 1], abs=1e-12)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("seed", [0, 1, 123, 2**31])
def test_simulate_draws_X_beta_and_noise_from_streams_of_their_own(name, seed):
    X, y, beta = glmlib.simulate(name, n=500, d=10, seed=seed)
    draws = X[:, 1:].round(12)
    for factor in (0.5, 1.0, 2.0):
        assert not np.isin((factor * beta).round(12), draws).any()
    # the same check finds the leak where there is one
    leaking_X, _, leaking_beta, _ = glmlib.article_data("poisson")
    assert np.isin((2 * leaking_beta).round(12), leaking_X.round(12)).all()
    if name == "linear":
        assert not np.isin((y - X @ beta).round(9), X.round(9)).any()


@pytest.mark.parametrize("name", MODELS)
def test_simulate_grows_by_rows_and_scales_by_noise(name):
    X, y, beta = glmlib.simulate(name, n=50, d=4, seed=7)
    X_more, y_more, beta_more = glmlib.simulate(name, n=80, d=4, seed=7)
    np.testing.assert_array_equal(beta, beta_more)
    np.testing.assert_array_equal(X, X_more[:50])
    np.testing.assert_array_equal(y, y_more[:50])
    assert not np.array_equal(X, glmlib.simulate(name, n=50, d=4, seed=8)[0])
    if name == "linear":
        _, louder, _ = glmlib.simulate(name, n=50, d=4, seed=7, noise=3.0)
        np.testing.assert_allclose(louder - X @ beta, 3 * (y - X @ beta), rtol=1e-9)
