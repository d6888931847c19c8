"""Checks of Newton's method: one weighted least squares, the whole loop, a halved step."""

from dataclasses import replace

import numpy as np

from ...beyond import NegativeBinomial, Probit
from ...data import stream
from ...families import Binomial, Poisson
from ...links import Log, Logit
from .formula import inverted
from .slips import same
from .verdicts import Stop, call, reshaped, try_again, verdict


def pairs():
    """Families and links; under the last two (dμ/dη)/V = 1, and some slips do not show.

    A function, because a probit link loads SciPy.
    """
    return {
        "binomial, probit": (Binomial(), Probit()),
        "negative binomial, log": (NegativeBinomial(2.0), Log()),
        "Poisson, log": (Poisson(), Log()),
        "binomial, logit": (Binomial(), Logit()),
    }


def cases():
    """{where: X (n, d), y (n,), family, link} for every pair, whole numbers among them."""
    found = {}
    for name, (family, link) in pairs().items():
        rng = stream(7, name)
        X = np.column_stack([np.ones(60), rng.standard_normal((60, 2))])
        y = family.sample(rng, link.inverse(X @ np.array([0.3, 0.5, -0.4])), 1.0)
        pair = {"family": family, "link": link}
        found[name] = {"X": X, "y": y, **pair}
    order = rng.permutation(60)
    found[f"{name}, rows in another order"] = {"X": X[order], "y": y[order], **pair}
    whole = rng.integers(-2, 3, 60)[:, None]
    found[f"{name}, whole numbers"] = {"X": whole, "y": y.astype(int), **pair}
    pair = {"family": Poisson(), "link": Log()}
    found["Poisson, log, one row"] = {"X": np.ones((1, 1)), "y": np.array([3.0]), **pair}
    return found


# ---- one step

FORMULAS = "eta + (y - mu) / slope", "slope ** 2 / V"  # z and W


def named(eta, y, family, link):
    mu, slope, V = parts(eta, y, family, link)
    return {"eta": eta, "y": y, "mu": mu, "slope": slope, "V": V}


def parts(eta, y, family, link):
    """μ, dμ/dη and V at η."""
    mu = link.inverse(eta)
    return mu, link.derivative(eta), family.variance(mu)


def response_and_weights(eta, y, family, link):
    mu, slope, V = parts(eta, y, family, link)
    return np.array([eta + (y - mu) / slope, slope**2 / V])


def slipped(response=None, weights=None):
    """The same with another formula, of (η, y, μ, dμ/dη, V), for one of the two."""

    def wrong(eta, y, family, link):
        both = response_and_weights(eta, y, family, link)
        for row, formula in enumerate((response, weights)):
            if formula:
                both[row] = formula(eta, y, *parts(eta, y, family, link))
        return both

    return wrong


SLIPS = {
    "z: its sign: y above the mean must pull η up": slipped(
        lambda eta, y, mu, slope, V: eta - (y - mu) / slope
    ),
    "z: y − μ is multiplied by dμ/dη: g' is one over it": slipped(
        lambda eta, y, mu, slope, V: eta + (y - mu) * slope
    ),
    "z: y − μ has the units of μ: g' brings it to those of η": slipped(
        lambda eta, y, mu, slope, V: eta + (y - mu)
    ),
    "z: the residual is y − μ, and not y − η": slipped(
        lambda eta, y, mu, slope, V: eta + (y - eta) / slope
    ),
    "z: η is missing: this would be the step and not the place": slipped(
        lambda eta, y, mu, slope, V: (y - mu) / slope
    ),
    "z: y − μ is divided by V: right under the canonical link only": slipped(
        lambda eta, y, mu, slope, V: eta + (y - mu) / V
    ),
    "W is V, right under the canonical link only": slipped(
        weights=lambda eta, y, mu, slope, V: V
    ),
    "W: V belongs to μ, variance(mu) and not variance(eta)": (
        lambda eta, y, family, link: np.array(
            [
                response_and_weights(eta, y, family, link)[0],
                link.derivative(eta) ** 2 / family.variance(eta),
            ]
        )
    ),
    "z: dμ/dη belongs to η, derivative(eta) and not derivative(mu)": (
        lambda eta, y, family, link: np.array(
            [
                eta + (y - link.inverse(eta)) / link.derivative(link.inverse(eta)),
                link.derivative(link.inverse(eta)) ** 2 / family.variance(link.inverse(eta)),
            ]
        )
    ),
    "W: V is μ for Poisson counts only, family.variance knows it": slipped(
        weights=lambda eta, y, mu, slope, V: slope**2 / mu
    ),
    "W: dμ/dη belongs above V, and not μ": slipped(
        weights=lambda eta, y, mu, slope, V: mu**2 / V
    ),
    "W is 1/V: where is the link?": slipped(weights=lambda eta, y, mu, slope, V: 1 / V),
    "W is dμ/dη, right under the canonical link only": slipped(
        weights=lambda eta, y, mu, slope, V: slope
    ),
    "W is upside down: a row that varies much must weigh little": slipped(
        weights=lambda eta, y, mu, slope, V: V / slope**2
    ),
    "W: dμ/dη needs a square": slipped(weights=lambda eta, y, mu, slope, V: slope / V),
    "W is its root: the root belongs to the rows of the least squares": slipped(
        weights=lambda eta, y, mu, slope, V: slope / np.sqrt(V)
    ),
    "all weights are 1: this is plain least squares": slipped(
        weights=lambda eta, y, mu, slope, V: np.ones_like(eta)
    ),
}


@verdict
def working(f):
    """Check f(eta, y, family, link) -> (z, W), the working response and its weights.

    With g' = 1 / (dμ/dη) they are z = η + (y − μ) g' and W = 1 / (V g'²), each (n,).

    >>> checks.working(lambda eta, y, family, link: (y, np.ones_like(eta))).status
    'TRY AGAIN'
    """
    rng = stream(7, "eta")
    some = {}
    for name, (family, link) in pairs().items():
        eta = rng.uniform(-1.5, 1.5, 20)
        y = family.sample(rng, link.inverse(eta), 1.0)
        some[name] = {"eta": eta, "y": y, "family": family, "link": link}
    one = {key: v[:1] if isinstance(v, np.ndarray) else v for key, v in some[name].items()}
    names = ("z", "W")
    some[f"{name}, one row"] = one
    same(f, response_and_weights, some, SLIPS, parts=names, formula=FORMULAS, names=named)
    single = dict(some[name], eta=eta.astype(np.float32), y=y.astype(np.float32))
    same(f, response_and_weights, {f"{name}, float32": single}, SLIPS, 1e-4, names)
    return "z and W are right under canonical links and under others"


def step_of(both):
    """One weighted least squares with the z and W of `both`: a function of beta and data."""

    def step(beta, X, y, family, link):
        z, W = both(X @ beta, y, family, link)
        root = np.sqrt(np.maximum(W, 0.0))
        return np.linalg.lstsq(root[:, None] * X, root * z)[0]

    return step


@verdict
def irls_step(f):
    """Check f(beta, X, y, family, link) -> beta (d,), one step of weighted least squares.

    >>> checks.irls_step(lambda beta, X, y, family, link: beta)
    TRY AGAIN ✗ beta does not move
    yours 0.4, the right one -0.639512
    (binomial, probit)
    """
    here = np.array([0.2, -0.3, 0.4])
    some = {
        where: {"beta": here[: given["X"].shape[1]], **given}
        for where, given in cases().items()
    }
    right = step_of(response_and_weights)
    slips = {
        "beta does not move": lambda beta, X, y, family, link: beta,
        "this is the step δ alone: beta is to be added": (
            lambda beta, **data: right(beta, **data) - beta
        ),
        "the step is added to what is already the new beta": (
            lambda beta, **data: right(beta, **data) + beta
        ),
        "W stands on one side of the normal equations only": one_sided,
        "each row is multiplied by W: the square of √W is W": twice_weighted,
        "least squares for y itself: the link is missing": (
            lambda beta, X, y, family, link: np.linalg.lstsq(X, y)[0]
        ),
        "two slips: the sign in z, and the step is added to what is already the new beta": (
            lambda beta, **data: step_of(next(iter(SLIPS.values())))(beta, **data) + beta
        ),
    }
    same(f, right, some, slips | {words: step_of(both) for words, both in SLIPS.items()})
    return "one weighted least squares, and it is Newton's step"


def one_sided(beta, X, y, family, link):
    z, W = response_and_weights(X @ beta, y, family, link)
    return np.linalg.solve(X.T @ X, X.T @ (W * z))


def twice_weighted(beta, X, y, family, link):
    z, W = response_and_weights(X @ beta, y, family, link)
    return np.linalg.lstsq(W[:, None] * X, W * z)[0]


# ---- the whole loop


def fitted(X, y, family, link, both=response_and_weights, errors=None, iterations=50):
    """[beta, standard errors] (2, d) of the loop, with another z, W or error formula."""
    eta, beta = link.link(family.start(y, np.ones(len(y)))), np.zeros(X.shape[1])
    with np.errstate(all="ignore"):
        for _ in range(iterations):
            z, W = both(eta, y, family, link)
            root = np.sqrt(W)[:, None]
            if not (np.isfinite(z).all() and np.isfinite(root).all()):
                return np.full((2, len(beta)), np.nan)  # the wrong formula ran away
            beta = np.linalg.lstsq(root * X, root[:, 0] * z)[0]
            eta = X @ beta
        information = X.T @ (W[:, None] * X)
        return np.array([beta, (errors or standard_errors)(information, X)])


def standard_errors(information, X):
    return np.sqrt(np.diag(np.linalg.pinv(information)))


def scaled(X, y, family, link):
    """What a routine for least squares prints: it estimates the dispersion."""
    beta, errors = fitted(X, y, family, link)
    mu = link.inverse(X @ beta)
    chi2 = np.sum((y - mu) ** 2 / family.variance(mu))
    return np.array([beta, errors * np.sqrt(chi2 / (len(y) - len(beta)))])


def tested(X, y, family, link):
    """The estimates, and each over its standard error."""
    beta, errors = fitted(X, y, family, link)
    return np.array([beta, beta / errors])


ERRORS = {
    "the standard errors: these are variances, take the root": (
        lambda H, X: np.diag(np.linalg.pinv(H))
    ),
    "the standard errors: the roots of XᵀWX, which is still to be inverted": (
        lambda H, X: np.sqrt(np.diag(H))
    ),
    "the standard errors: invert the matrix, not the numbers on its diagonal": (
        lambda H, X: 1 / np.sqrt(np.diag(H))
    ),
    "the standard errors: W is missing, this is (XᵀX)⁻¹": (
        lambda H, X: standard_errors(X.T @ X, X)
    ),
}


def run_away(where):
    try_again(
        "your coefficients grow beyond what least squares can solve: look at the sign "
        "and the units of y − μ in z, at the weights, then at the start",
        where,
    )


def watched(function, where):
    """V or dμ/dη, which ends the check where its square is 0 or no number.

    Behind it NaN would reach LAPACK, which prints its complaint into the notebook.
    """

    def watch(at):
        square = np.square(function(at))
        if not (np.isfinite(square) & (square > 0)).all():
            run_away(where)
        return function(at)

    return watch


@verdict
def irls(f):
    """Check f(X, y, family, link) -> (beta, standard errors), each (d,), on four pairs.

    Right are the maximum of the likelihood and √ of the diagonal of (XᵀWX)⁻¹ there, to
    four digits of the largest: any sensible rule of stopping will do. The pairs of family
    and link know their dispersion: it is 1.

    >>> def irls(X, y, family, link):
    ...     fit = GLM(X, y, family, link).fit()
    ...     return fit.beta, fit.standard_errors
    >>> checks.irls(irls)
    PASS ✓ coefficients and standard errors are right under four pairs of family and link
    """
    some, learners = cases(), {}
    for where, given in some.items():
        family, link = given["family"], given["link"]
        pair = {
            "family": replace(family, variance=watched(family.variance, where)),
            "link": replace(link, derivative=watched(link.derivative, where)),
        }
        try:
            found = call(f, where, **given | pair)
        except Stop as stop:
            if "LinAlgError" not in str(stop):
                raise
            found = np.full((2, given["X"].shape[1]), np.nan)
        d = given["X"].shape[1]
        found = reshaped(found, (2, d))
        learners[given["X"].tobytes(), family.name, link.name] = found
        if found.shape == (2, d) and not np.isfinite(found[0]).all():
            run_away(where)
    slips = {
        words: lambda X, y, family, link, errors=errors: fitted(
            X, y, family, link, errors=errors
        )
        for words, errors in ERRORS.items()
    } | {
        f"this is beta after {k} of the steps: repeat until it settles": (
            lambda X, y, family, link, k=k: fitted(X, y, family, link, iterations=k)
        )
        for k in range(1, 7)
    } | {
        "the standard errors: times a spread estimated from residuals, which is known to be 1":
            scaled,
        "the standard errors: these are beta over them": tested,
    } | {
        words: lambda X, y, family, link, both=both: fitted(X, y, family, link, both)
        for words, both in SLIPS.items()
    }  # fmt: skip

    def names(X, y, family, link):
        """At the learner's estimate, to which one more step leads back."""
        beta = np.nan_to_num(learners[X.tobytes(), family.name, link.name][0])
        eta = X @ beta
        values = named(eta, y, family, link)

        def step(z, W):
            root = np.sqrt(np.broadcast_to(W, eta.shape))
            stays = len(y) > 1 and np.array_equal(z, eta)  # without y, every beta does
            if stays or not np.isfinite([root, np.broadcast_to(z, eta.shape)]).all():
                return np.full_like(beta, np.nan)
            return np.linalg.lstsq(root[:, None] * X, root * z)[0]

        def inverse(W):
            return inverted(X.T @ (np.broadcast_to(W, eta.shape)[:, None] * X))

        return values | {"step": step, "inverse": inverse}

    z, W = FORMULAS
    formulas = f"step({z}, {W})", f"sqrt(diag(inverse({W})))"
    two = ("beta", "the standard errors")
    same(f, fitted, some, slips, 1e-4, two, formula=formulas, names=names)
    return "coefficients and standard errors are right under four pairs of family and link"


# ---- a halved step


class Track:
    """A loss of beta that counts its calls, and says so when there is no end."""

    def __init__(self, loss):
        self.loss, self.calls = loss, 0

    def __call__(self, beta):
        self.calls += 1
        if self.calls > 300:
            try_again(
                "300 losses and still going: is the loss computed again for each t, and\n"
                "may a step be taken that leaves the loss as it is?"
            )
        with np.errstate(all="ignore"):
            return float(self.loss(np.asarray(beta, dtype=float)))


def halve(loss, beta, step, factor=2):
    t = 1.0
    while not loss(beta + t * step) <= loss(beta):
        t /= factor
    return beta + t * step


PLACES = {  # where: loss, beta, step; no full step is the best one
    "a full step that falls": (lambda b: b @ b, [2.0, -1.0], [-3.0, 1.5]),
    "a full step that rises": (lambda b: b @ b, [2.0, -1.0], [-9.0, 4.5]),
    "a step far too long": (lambda b: np.log(np.cosh(b)).sum(), [2.0], [-27.0]),
    "a step that must be halved nine times": (lambda b: b @ b, [1.0], [-1000.0]),
    "a loss of ∞ at the full step": (
        lambda b: np.where(b > 0, b - np.log(np.abs(b)), np.inf).sum(),
        [3.0],
        [-6.0],
    ),
    "a loss of NaN at the full step": (lambda b: (b - np.log(b)).sum(), [3.0], [-20.0]),
    "a step of zero, at the minimum": (lambda b: b @ b, [0.0, 0.0], [0.0, 0.0]),
}


@verdict
def halving(f):
    """Check f(loss, beta, step) -> beta: t = 1, ½, ¼, … until the loss does not rise.

    >>> checks.halving(lambda loss, beta, step: beta + step)
    TRY AGAIN ✗ this is the full step, and here the loss rises
    yours -7, the right one -0.25
    (a full step that rises)
    """
    some = {
        where: {"loss": Track(loss), "beta": np.array(beta), "step": np.array(step)}
        for where, (loss, beta, step) in PLACES.items()
    }

    def walk(loss, beta, step):
        for _ in range(60):
            if loss(beta + step) <= loss(beta):
                break
            beta, step = beta + step, step / 2
        return beta + step

    def careless(loss, beta, step):
        t = 1.0
        while loss(beta + t * step) > loss(beta):
            t /= 2
        return beta + t * step

    same(
        f,
        halve,
        some,
        {
            "a loss of NaN is neither larger nor smaller: refuse what is not known to be "
            "smaller": careless,
            "this is the full step, and here the loss rises": lambda loss, beta, step: (
                beta + step
            ),
            "half a step, whatever the loss does": lambda loss, beta, step: beta + step / 2,
            "beta does not move": lambda loss, beta, step: beta,
            "this is the step alone: add it to beta": (
                lambda loss, beta, step: halve(loss, beta, step) - beta
            ),
            "half a step from the point that was refused: start from beta again": walk,
            "the step is halved once more after it was good enough": (
                lambda loss, beta, step: (beta + halve(loss, beta, step)) / 2
            ),
            "the step is cut to a tenth and not to a half": (
                lambda loss, beta, step: halve(loss, beta, step, 10)
            ),
        },
        tolerance=1e-12,
    )
    return "the loss never rises, and a good step is not shortened"
