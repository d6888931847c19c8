"""Every family with every link it allows, tested through the tables FAMILIES and LINKS.

A new family or link is tested here without a line being added: the points at which it
is tested follow from its domain and its support. The first test of any entry is the
gradient against central differences of the loss; it finds the sign error in the listing
we started from.
"""

import copy
import pickle
import warnings
from dataclasses import replace
from decimal import Decimal, localcontext

import mpmath
import numpy as np
import pytest

import glmlib
from glmlib.families import FAMILIES
from glmlib.guards.digits import unit_deviance
from glmlib.links import LINKS
from later import later
from reference import peers

integrate = later("scipy.integrate")

THETA = 1.7
PAIRS = [(family, link) for family in FAMILIES for link in LINKS]


def make(family):
    return FAMILIES[family](THETA) if family == "negative binomial" else FAMILIES[family]()


ALLOWED = [(family, link) for family, link in PAIRS if link in make(family).links]


def means(family, link):
    """The (low, high) between which both the family and the link are at ease."""
    low = max(family.support[0], link.domain[0])
    high = min(family.support[1], link.domain[1])
    if np.isfinite([low, high]).all():
        return low + 0.25 * (high - low), high - 0.25 * (high - low)
    return (low + 0.5, low + 4.0) if np.isfinite(low) else (-2.0, 2.0)


def problem(family, link, seed, n=12):
    """A weighted model with an offset, and a random beta whose means all are possible."""
    family, link = make(family), LINKS[link]()
    rng = np.random.default_rng([2024, seed])
    ends = link.link(np.array(means(family, link)))
    middle, half = ends.mean(), np.abs(ends[1] - ends[0]) / 2
    X = np.column_stack([np.ones(n), rng.uniform(-1, 1, (n, 2))])
    beta = np.array([middle, 0, 0]) + half * rng.uniform(-0.3, 0.3, 3)
    offset = half * rng.uniform(-0.1, 0.1, n)
    mu = link.inverse(X @ beta + offset)
    y = family.sample(rng, mu, 0.5)
    weights = rng.uniform(0.5, 2.0, n)
    return glmlib.GLM(X, y, family, link, weights=weights, offset=offset), beta


def agree(analytic, numeric, rel=1e-6):
    return bool(np.abs(analytic - numeric).max() <= rel * max(1.0, np.abs(numeric).max()))


# ---- the loss, its gradient and its Hessian


@pytest.mark.parametrize("family, link", ALLOWED)
def test_gradient_is_the_slope_of_the_loss(family, link):
    points = []
    for seed in range(5):
        model, beta = problem(family, link, seed)
        numeric = glmlib.numerical_gradient(model.loss, beta)
        assert np.abs(numeric).max() > 1e-3  # not a minimum, where any sign would do
        assert agree(model.gradient(beta), numeric)
        assert not agree(-model.gradient(beta), numeric)
        points.append(beta)
    assert len(np.unique(np.array(points), axis=0)) == 5
    assert np.ptp(np.array(points), axis=0).min() > 0  # every coordinate varies


def slope_over_variance_is_constant(family, link):
    """Whether the link is canonical, up to a factor: decided by numbers, not by its name."""
    mu = np.linspace(*means(family, link), 7)
    ratio = link.derivative(link.link(mu)) / family.variance(mu)
    return bool(np.ptp(ratio) <= 1e-12 * np.abs(ratio).max())


@pytest.mark.parametrize("family, link", ALLOWED)
def test_hessian_is_the_slope_of_the_gradient(family, link):
    """Fisher's information is the Hessian under a canonical link, and elsewhere at y = μ."""
    canonical = slope_over_variance_is_constant(make(family), LINKS[link]())
    for seed in range(5):
        model, beta = problem(family, link, seed)
        if not canonical:
            model = model.derive(y=model.mu(beta))
        numeric = glmlib.numerical_gradient(model.gradient, beta)
        assert agree(model.hessian(beta), numeric)
        assert not agree(0.99 * model.hessian(beta), numeric)
        np.testing.assert_allclose(model.hessian(beta), model.hessian(beta).T, rtol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_canonical_says_what_it_is(family):
    family = make(family)
    assert family.links == tuple(dict.fromkeys(family.links))
    if family.canonical:
        link = family.canonical_link
        mu = np.linspace(*means(family, link), 7)
        slope = link.derivative(link.link(mu))
        np.testing.assert_allclose(slope, family.variance(mu), rtol=1e-12)


def test_the_listings_poisson_gradient_fails_this_test():
    """Xᵀ(y − μ) instead of Xᵀ(μ − y): minus the gradient in each of the ten coordinates."""
    X, y, _, start = glmlib.article_data("poisson")
    model = glmlib.PoissonRegression(X, y)
    listing = X.T @ (y - np.exp(X @ start))
    numeric = glmlib.numerical_gradient(model.loss, start)
    assert not agree(listing, numeric)
    assert agree(model.gradient(start), numeric)
    np.testing.assert_allclose(listing / numeric, -1.0, rtol=1e-6)


@pytest.mark.parametrize("family, link", [p for p in PAIRS if p not in ALLOWED])
def test_a_link_that_the_family_does_not_allow(family, link):
    model, _ = problem(family, make(family).links[0], 0)
    with pytest.raises(ValueError, match=f"does not allow the {link} link: choose from"):
        glmlib.GLM(model.X, model.y, make(family), LINKS[link]())


# ---- links


def inside(link):
    low, high = link.domain
    if np.isfinite([low, high]).all():
        return np.array([1e-6, 0.02, 0.3, 0.5, 0.9, 0.999999])
    return np.array([1e-6, 0.4, 1.0, 7.0, 1e6]) if np.isfinite(low) else np.linspace(-9, 9, 7)


@pytest.mark.parametrize("name", LINKS)
def test_link_and_inverse_undo_each_other(name):
    link = LINKS[name]()
    mu = inside(link)
    assert link.name == name
    np.testing.assert_allclose(link.inverse(link.link(mu)), mu, rtol=1e-9)


@pytest.mark.parametrize("name", LINKS)
def test_derivative_is_the_slope_of_the_inverse(name):
    link = LINKS[name]()
    for eta in link.link(inside(link)):
        h = 1e-5 * (abs(eta) if eta else 1.0)
        slope = (link.inverse(np.array(eta + h)) - link.inverse(np.array(eta - h))) / (2 * h)
        assert link.derivative(np.array([eta]))[0] == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("name", LINKS)
def test_the_logarithms_are_logarithms(name):
    link = LINKS[name]()
    mu = inside(link)
    mu = mu[mu > 0]
    eta = link.link(mu)
    close = {"rtol": 1e-9, "atol": 1e-12}
    np.testing.assert_allclose(link.log_mu(eta), np.log(link.inverse(eta)), **close)
    slope = np.abs(link.derivative(eta))
    np.testing.assert_allclose(link.log_derivative(eta), np.log(slope), **close)
    below = mu < 1
    expected = np.log1p(-mu[below])
    np.testing.assert_allclose(link.log_1m_mu(eta[below]), expected, rtol=1e-7)


PROBABILITY = [name for name in LINKS if LINKS[name]().domain == (0.0, 1.0)]


# log Φ(η) and log(1 − Φ(η)), computed to 400 digits
PROBIT = {
    -800.0: (-320007.6035518234, -0.0),
    -50.0: (-1254.8313611394199, 0.0),
    -36.9: (-685.3328831653506, -2.3105244811406173e-298),
    -20.0: (-203.91715537109727, -2.7536241186062337e-89),
    -1.0: (-1.8410216450092636, -0.17275377902344988),
    0.3: (-0.4814101615884812, -0.9621028181688507),
    2.0: (-0.02301290932896349, -3.783184333682032),
    5.0: (-2.866516129637636e-07, -15.064998393988725),
}


def exact_logarithms(name, eta):
    """log μ and log(1 − μ) by 400-digit decimals."""
    if name == "probit":
        return PROBIT[eta]
    with localcontext() as context:
        context.prec = 400
        e = Decimal(eta).exp()
        if name == "logit":
            return float((e / (1 + e)).ln()), float((1 / (1 + e)).ln())
        if name == "cloglog":
            return float((1 - (-e).exp()).ln()), float(-e)
    raise KeyError(f"no exact formula for the {name} link: add one here")


@pytest.mark.parametrize("name", PROBABILITY)
@pytest.mark.parametrize("eta", PROBIT)
def test_far_out_a_probability_keeps_its_logarithm(name, eta):
    """Where μ rounds to 0 or 1 its logarithm is still known to the last digits."""
    link, at = LINKS[name](), np.array([eta])
    log_mu, log_1m_mu = exact_logarithms(name, eta)
    far = -1e300  # e^800 is no double
    assert max(link.log_mu(at)[0], far) == pytest.approx(max(log_mu, far), rel=1e-13)
    assert max(link.log_1m_mu(at)[0], far) == pytest.approx(max(log_1m_mu, far), rel=1e-12)


ODDS_SLOPE = {  # (dμ/dη) / (μ(1 − μ)) of a number of mpmath
    "logit": lambda x: mpmath.mpf(1),
    "probit": lambda x: mpmath.npdf(x) / (mpmath.ncdf(x) * mpmath.ncdf(-x)),
    "cloglog": lambda x: -mpmath.exp(x) / mpmath.expm1(-mpmath.exp(x)),
    "log": lambda x: -1 / mpmath.expm1(x),
    "identity": lambda x: 1 / (x * (1 - x)),
}


FAR = [-800.0, -38.0, -1.0, -1e-9, 0.3, 1 - 1e-9, 6.5, 115.0, 600.0]
ETAS = {"log": FAR[:4], "identity": FAR[4:6]}  # where it is a probability


@pytest.mark.parametrize(
    "name, eta", [(n, x) for n in make("binomial").links for x in ETAS.get(n, FAR)]
)
def test_far_out_the_log_odds_keep_their_slope(name, eta):
    """At η = 115 the logarithms of dμ/dη and of 1 − μ have no common digit left."""
    with mpmath.workdps(60):
        slope = float(ODDS_SLOPE[name](mpmath.mpf(eta)))
    assert LINKS[name]().log_odds_slope(np.array([eta]))[0] == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("family, link", [p for p in ALLOWED if p[0] == "binomial"])
@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("eta", [-800.0, -40.0, 40.0, 800.0])
def test_no_warning_and_no_nan_far_from_the_optimum(family, link, y, eta):
    model = glmlib.GLM(np.ones((3, 1)), np.full(3, y), family, link)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, gradient = model.loss([eta]), model.gradient([eta])
        hessian, mu = model.hessian([eta]), model.mu(np.array([eta]))
    assert not np.isnan(loss) and loss >= 0
    if link not in PROBABILITY:
        return  # the mean is no probability there: the loss is infinite, and says so
    assert ((mu >= 0) & (mu <= 1)).all()
    assert not np.isnan(gradient).any() and not np.isnan(hessian).any()
    tail = LINKS[link]().inverse(np.array([-800.0]))
    if (y == 1) == (eta > 0) and abs(eta) == 800 and not tail:  # a heavy one has an end here
        assert loss == 0 and abs(gradient[0]) == 0
    if y == 1 and eta < 0:
        assert gradient[0] < 0


@pytest.mark.parametrize("family, link", ALLOWED)
@pytest.mark.parametrize("size", [1e3, 1e30, 1e300])
def test_any_beta_gives_a_loss_and_no_warning(family, link, size):
    model, _ = problem(family, link, 1)
    rng = np.random.default_rng(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(20):
            beta = size * rng.standard_normal(3)
            assert not np.isnan(model.loss(beta))
            model.gradient(beta), model.hessian(beta), model.mu(beta)


# ---- families


def log_density(family, link, y, eta, w, phi):
    with np.errstate(all="ignore"):
        return family.log_density(y, link.inverse(eta), w, phi)


@pytest.mark.parametrize("family, link", ALLOWED)
def test_density_sums_to_one_with_mean_mu_and_variance_phi_V(family, link):
    """The moments of exp(log-likelihood), as a sum over counts or as an integral."""
    family, link = make(family), LINKS[link]()
    for mu in np.linspace(*means(family, link), 3):
        w = 5.0 if family.name == "binomial" else 1.0
        phi = 0.3 if family.has_dispersion else 1.0
        eta = link.link(np.array([mu]))

        def density(y, w=w, phi=phi, eta=eta):
            return np.exp(log_density(family, link, np.atleast_1d(y), eta, np.array([w]), phi))

        low, high = family.support
        if family.name == "binomial":
            y = np.arange(w + 1) / w
            moments = [float(density(y) @ y**k) for k in range(3)]
        elif family.counts:
            y = np.arange(400.0)
            moments = [float(density(y) @ y**k) for k in range(3)]
        else:
            low = low if np.isfinite(low) else mu - 12
            high = float(family.distribution(mu, w, phi).isf(1e-20))
            moments = [
                integrate.quad(
                    lambda y, k=k: float(density(y)[0]) * y**k, low, high, limit=300
                )[0]
                for k in range(3)
            ]
        assert moments[0] == pytest.approx(1, rel=1e-7)
        assert moments[1] == pytest.approx(mu, rel=1e-7, abs=1e-8)
        variance = phi * family.variance(np.array([mu]))[0] / w
        assert moments[2] - moments[1] ** 2 == pytest.approx(variance, rel=1e-6)


@pytest.mark.parametrize("family", FAMILIES)
def test_sample_has_mean_mu_and_variance_phi_V(family):
    family = make(family)
    n, phi = 200_000, 0.3 if family.has_dispersion else 1.0
    for mu in np.linspace(*means(family, family.canonical_link), 3):
        y = family.sample(np.random.default_rng(5), np.full(n, mu), phi)
        variance = phi * family.variance(np.array([mu]))[0]
        assert y.mean() == pytest.approx(mu, abs=5 * np.sqrt(variance / n))
        # the standard error of a sample variance follows from the fourth moment
        error = np.sqrt(np.var((y - mu) ** 2) / n)
        assert y.var() == pytest.approx(variance, abs=5 * error + 5 * variance / np.sqrt(n))
        low, high = family.support
        assert ((y >= low) & (y <= high)).all()


@pytest.mark.parametrize("family, link", ALLOWED)
def test_deviance_is_twice_the_loss_above_the_saturated_loss(family, link):
    model, beta = problem(family, link, 4, n=40)
    family, link, y = model.family, model.link, model.y
    eta = model.eta(beta)
    if family.name == "binomial":  # proportions as well as 0 and 1
        y = np.concatenate([y[:20], np.linspace(0.05, 0.95, 20)])
    low = max(link.domain[0], family.support[0])
    high = min(link.domain[1], family.support[1])
    # at the edge of the support the saturated mean is a limit
    usable = (y >= low) & (y <= high)
    assert usable.sum() > 10
    y, eta = y[usable], eta[usable]
    saturated = np.maximum(y, low + 1e-300) if np.isfinite(low) else y
    saturated = np.minimum(saturated, high - 1e-16) if np.isfinite(high) else saturated
    at_y = link.link(saturated)
    loss, best = family.loss(y, eta, link), family.loss(y, at_y, link)
    mu = link.inverse(eta)
    with np.errstate(all="ignore"):
        plain, perfect = family.deviance(y, mu), family.deviance(mu, mu)
    kept = unit_deviance(model.derive(y=y), eta)
    for deviance in (plain, kept):
        np.testing.assert_allclose(deviance, 2 * (loss - best), rtol=1e-9, atol=1e-12)
    assert (kept > -1e-15).all() and kept.max() > 0.01
    np.testing.assert_allclose(perfect, 0.0, rtol=0, atol=1e-15)


@pytest.mark.parametrize("family, link", ALLOWED)
def test_small_deviance_keeps_its_digits(family, link):
    """Near the data the deviance is (y − μ)²/V(μ): no digits may cancel away."""
    model, _ = problem(family, link, 4)
    family, link = model.family, model.link
    mu = np.linspace(*means(family, link), 5)
    mu = mu[np.abs(mu) > 0.1]
    eta = link.link(mu)
    mu = link.inverse(eta)
    y = mu * (1 + 1e-6)
    expected = (y - mu) ** 2 / family.variance(mu)
    np.testing.assert_allclose(unit_deviance(model.derive(y=y), eta), expected, rtol=1e-5)


@pytest.mark.parametrize("name, start", [("linear", 0), ("logistic", 1), ("poisson", 2)])
def test_loss_and_gradient_of_the_three_models_by_hand(name, start):
    """The lessons' own formulas, written out once more without any of the library."""
    X, y, beta = glmlib.simulate(name, n=30, d=4, seed=start)
    beta = beta / 2
    eta = X @ beta
    Model, loss, mu = {
        "linear": (glmlib.LinearRegression, ((y - eta) ** 2 / 2).sum(), eta),
        "logistic": (
            glmlib.LogisticRegression,
            (np.log(1 + np.exp(eta)) - y * eta).sum(),
            1 / (1 + np.exp(-eta)),
        ),
        "poisson": (glmlib.PoissonRegression, (np.exp(eta) - y * eta).sum(), np.exp(eta)),
    }[name]
    model = Model(X, y)
    assert model.loss(beta) == pytest.approx(loss, rel=1e-13)
    np.testing.assert_allclose(model.mu(beta), mu, rtol=1e-13)
    np.testing.assert_allclose(model.gradient(beta), X.T @ (mu - y), rtol=1e-11, atol=1e-12)


# ---- the log-likelihood of a fit, against SciPy


def scipy_log_likelihood(fit):
    """Σ log density by scipy.stats, with R's choice of φ."""
    y, w, name = fit.model.y, fit.model.weights, fit.model.family.name
    phi = fit.deviance / (len(y) if name == "gaussian" else w.sum())
    return peers.log_density(name, y, fit.mu, w, phi, THETA).sum()


@pytest.mark.parametrize("family, link", ALLOWED)
def test_log_likelihood_agrees_with_scipy(family, link):
    model, _ = problem(family, link, 6, n=60)
    y, weights = model.y, model.weights
    if family == "binomial":  # grouped: y a proportion, weights the trials
        weights = np.arange(60) % 7 + 2.0
        chance = np.clip(0.5 + 0.3 * model.X[:, 1], 0, 1)
        y = np.random.default_rng(9).binomial(weights.astype(int), chance) / weights
    X = model.X[:, :2]
    fit = glmlib.GLM(X, y, model.family, model.link, weights=weights).fit()
    assert fit.converged, fit.message
    assert fit.log_likelihood == pytest.approx(scipy_log_likelihood(fit), rel=1e-10)
    assert fit.aic == pytest.approx(-2 * fit.log_likelihood + 2 * fit.parameters, rel=1e-14)


def geometric():
    """A count with V(μ) = μ(1 + μ) as one entry has it: a large one is not nearly normal."""
    return replace(FAMILIES["negative binomial"](1.0), name="geometric", theta=None)


MADE = [*map(make, FAMILIES), geometric()]
of_each_family = pytest.mark.parametrize("family", MADE, ids=str)


@pytest.mark.parametrize("family", [f for f in MADE if f.discrete], ids=str)
def test_the_log_likelihood_of_large_counts_agrees_with_scipy(family):
    y, w = np.array([3e6, 1_000_005.0, 2e6, 9e6]), np.ones(4)
    if not family.counts:
        y, w = y / 1e7, np.full(4, 1e7)
    fit = glmlib.GLM(np.ones((4, 1)), y, family, weights=w).fit()
    theirs = family.distribution(fit.mu, w, 1.0).logpmf(np.rint(w * y)).sum()
    assert fit.log_likelihood == pytest.approx(theirs, rel=1e-6)


def test_many_trials_keep_the_digits_of_the_log_likelihood():
    n, k = 10**12, 3 * 10**11  # where all terms are near 10¹³, and their sum is near −14
    fit = glmlib.GLM(np.ones((2, 1)), np.full(2, k / n), "binomial", weights=[n, n]).fit()
    with mpmath.workdps(50):
        p, log_gamma = mpmath.mpf(k) / n, mpmath.loggamma
        peak = log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1)
        peak += k * mpmath.log(p) + (n - k) * mpmath.log(1 - p)
    assert fit.log_likelihood == pytest.approx(float(2 * peak), rel=1e-9)


@of_each_family
def test_the_distribution_has_the_mean_and_the_variance_of_the_family(family):
    mu, w, phi = (
        np.array([0.3, 0.6]),
        np.array([2.0, 5.0]),
        0.5 if family.has_dispersion else 1,
    )
    scale = w if family.discrete else np.ones(2)  # it is that of w·y
    scipy = family.distribution(mu, w, phi)
    np.testing.assert_allclose(scipy.mean(), scale * mu, rtol=1e-12)
    np.testing.assert_allclose(
        scipy.var(), scale**2 * phi * family.variance(mu) / w, rtol=1e-9
    )


@of_each_family
def test_a_mean_only_approaches_an_end_without_variance_and_does_not_start_there(family):
    ends = [end for end in family.support if np.isfinite(end) and not family.open_support]
    ends = [end for end in ends if family.variance(np.array([end]))[0] == 0]
    assert {limit for limit in family.limits if limit is not None} == set(ends)
    start = family.start(np.array([*ends, 0.3, 0.7]), np.ones(len(ends) + 2))
    assert (family.variance(start) > 0).all()


@pytest.mark.parametrize("family, link", ALLOWED)
def test_a_loss_with_one_minimum_is_convex_in_eta(family, link):
    if link in make(family).not_convex:
        return
    low, high = LINKS[link]().domain
    low, high = max(low, make(family).support[0]), min(high, make(family).support[1])
    ends = np.array([max(low, -3.0) + 1e-3, min(high, 8.0) - 1e-3])
    eta = np.linspace(*np.sort(LINKS[link]().link(ends)), 400)
    for y in (*(end for end in make(family).limits if end is not None), 0.2, 0.5, 0.9):
        loss = make(family).loss(np.full(400, float(y)), eta, LINKS[link]())
        bend = np.diff(loss, 2)
        assert (bend >= -1e-12 * np.abs(loss).max()).all(), (y, eta[1 + bend.argmin()])


def test_names_and_objects_choose_the_same_family_and_link():
    X = np.ones((3, 1))
    by_name = glmlib.GLM(X, [1, 2, 4], "poisson", "log")
    by_object = glmlib.GLM(X, [1, 2, 4], glmlib.Poisson(), glmlib.Log())
    assert by_name.loss([0.3]) == by_object.loss([0.3])
    assert glmlib.GLM(X, [1, 2, 4], "poisson").link.name == "log"


def test_a_family_and_a_link_travel_and_what_was_exchanged_in_them_too():
    """By name to another process, but never as the entry that they no longer are."""
    for entry in (glmlib.Poisson(), glmlib.NegativeBinomial(2), glmlib.Logit()):
        there = pickle.loads(pickle.dumps(entry))
        assert there == entry and vars(there).keys() == vars(entry).keys()
    other = replace(glmlib.Poisson(), variance=np.square)
    assert copy.deepcopy(other).variance is np.square
