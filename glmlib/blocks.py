"""The rows of a model in blocks: all that a fit needs of them are sums.

The loss is a sum over rows, and so are its gradient and the Fisher information:

    loss(β) = Σ lossᵢ        ∇loss(β) = Σ rᵢ xᵢ        H(β) = Σ Wᵢ xᵢ xᵢᵀ

with r = w (dμ/dη)/V · (μ − y) and W = w (dμ/dη)²/V. So the rows may be cut into blocks, in
this memory or in that of other machines: a block of any length gives d² + d + 4 numbers, and
the numbers of all blocks are added up. A pass over blocks that fit the processor's cache
reads X once and makes no n × d array.

A column far from 0 would lose digits in the sum. It is centred, Z = X − 1cᵀ, and the
intercept takes the rest: η = Xβ = Zb with β = b but for β₀ = b₀ − Σ cⱼ bⱼ / x₀.

Where columns are nearly dependent, H has lost half of the digits that the rows had. There a
block gives a triangle instead of a sum: R with RᵀR = [√W Z, √W z]ᵀ[√W Z, √W z], and the QR
of two triangles, one above the other, is that of all their rows.
Source: Golub & Van Loan, Matrix Computations (2013), sections 5.3 and 6.5.
"""

import math
from functools import cached_property, partial, reduce
from operator import add
from typing import NamedTuple

import numpy as np

from .guards.immutable import Immutable
from .guards.inputs import extremes, slices

# What is left of a column's square after the columns before it. Below this a sum XᵀWX has
# lost more than 4 of its 16 digits, and the step goes by orthogonal factors of the rows.
PIVOT = 1e-4
ALMOST_ONE = 0.99
MANY = 50_000  # of so many rows, every 20th or 20,000 of them tell nearly what all tell
EACH, SAMPLE = 20, 20_000
# Of this relative size a sum is rounding: over 10⁶ rows it keeps 13 digits.
ROUNDING = 1e-13
UNCOPIED, WIDE = 1_000_000, 100  # rows × d × d, of at most so many columns: see `cross`
FLAT = 1e-8  # of the bend that is expected: below this the differences cannot see any
STEP = np.cbrt(np.finfo(float).eps)  # of a central difference, relative


def add_up(one, other):
    return tuple(map(add, one, other))


def total(model, part, *arguments, combine=add_up):
    """The sum of part(block, *arguments) over all blocks of rows of a model."""
    return model.total(partial(call, part, arguments), combine)


def call(part, arguments, block):
    """part(block, *arguments): at the level of the module, so that it can be pickled."""
    with np.errstate(all="ignore"):
        return part(block, *arguments)


# ---- what one block gives


def centred(block, centre):
    """Z = X − 1cᵀ."""
    return block.X - centre if centre.any() else block.X


def predictor(block, centre, b):
    """Z and η = Zb + offset."""
    Z = centred(block, centre)
    return Z, Z @ b + block.offset


def residuals_at(block, centre, b):
    """Z, η, μ, w (dμ/dη)/V and r at η = Zb, and three sums: of means that are impossible,
    Pearson's χ² and Σ |w (dμ/dη)/V| (|μ| + |y|), whose rounding is that of the gradient.
    """
    family, y, w = block.family, block.y, block.weights
    Z, eta = predictor(block, centre, b)
    mu = block.link.inverse(eta)
    ratio = w * block.slope_over_variance(eta, mu)
    chi2 = w @ ((y - mu) ** 2 / family.variance(mu)) if family.has_dispersion else 0.0
    sums = block.impossible(mu), chi2, np.abs(ratio) @ (np.abs(mu) + y)
    return Z, eta, mu, ratio, ratio * gap(block, eta, mu), sums


def rows_at(block, centre, b):
    """Z, W, r and the sums at η = Zb."""
    Z, eta, mu, ratio, r, sums = residuals_at(block, centre, b)
    # the canonical link has dμ/dη = V(μ), which is at hand; close to 1 it has rounded
    rounded = block.family.limits[1] is not None and mu.max() > ALMOST_ONE
    at_hand = block.canonical and not rounded
    slope = block.family.variance(mu) if at_hand else block.link.derivative(eta)
    return Z, ratio * slope, r, sums


def cross(A, B):
    """AᵀB (d, d), summed over pieces of rows.

    A product of three sizes below 10⁶ goes to the BLAS kernel that does not copy its
    arguments first, which takes half to two thirds of the time.
    """
    n, d = A.shape
    m = UNCOPIED // d**2 if d <= WIDE else max(n, 1)
    return sum(A[i : i + m].T @ B[i : i + m] for i in range(0, n, m))


def gap(block, eta, mu):
    """μ − y; close to an upper limit of 1 as (1 − y) − (1 − μ), which has not rounded."""
    difference = mu - block.y
    if block.family.limits[1] is not None and mu.max() > ALMOST_ONE:
        high = mu > ALMOST_ONE
        difference[high] = (1 - block.y[high]) - np.exp(block.link.log_1m_mu(eta[high]))
    return difference


def observed_information(block, centre, b):
    """ZᵀDZ with D the slope of r in η, by differences: what H is the expectation of."""
    Z, eta = predictor(block, centre, b)
    link = block.link
    # r bends within the way that changes μ, or its odds, by as much as it is
    if block.family.limits[1] is None:
        way = link.inverse(eta) / link.derivative(eta)
    else:
        way = 1 / link.log_odds_slope(eta)
    h = STEP * np.minimum(1 + np.abs(eta), np.abs(way))

    def r(eta):
        mu = link.inverse(eta)
        return block.weights * block.slope_over_variance(eta, mu) * gap(block, eta, mu)

    return (Z.T @ (((r(eta + h) - r(eta - h)) / (2 * h))[:, None] * Z),)


def loss_of_rows(block, centre, b):
    """The loss at η = Zb."""
    eta = predictor(block, centre, b)[1]
    return (block.loss_at(eta, block.link.inverse(eta)),)


def rows_at_the_data(block, centre, mean):
    """The same for the step from nothing to η = g(y), or to g(mean) where it is given."""
    family, link, w = block.family, block.link, block.weights
    Z = centred(block, centre)
    mu = family.start(block.y, w) if mean is None else np.full(len(w), mean)
    low, high = link.domain
    impossible = float((~((mu > low) & (mu < high))).sum())
    eta = link.link(mu)
    W = w * link.derivative(eta) * block.slope_over_variance(eta, mu)
    return Z, W, -W * (eta - block.offset), (impossible, 0.0, 0.0)


def normal_equations(block, rows, *arguments):
    """The sums that `rows` gives, the gradient and the information."""
    Z, W, r, sums = rows(block, *arguments)
    return *sums, r @ Z, cross(Z, W[:, None] * Z)


def score(block, *arguments):
    """The same at η = Zb without the information."""
    Z, *_, r, sums = residuals_at(block, *arguments)
    return *sums, r @ Z


def triangle(block, rows, *arguments):
    """R (d+1, d+1) of the rows [√W Z, −r/√W]; ∞ where a row without weight has an r."""
    Z, W, r, _ = rows(block, *arguments)
    root = np.sqrt(W)
    z = np.divide(-r, root, out=np.zeros_like(root), where=r != 0)
    return upper(np.column_stack([root[:, None] * Z, z]))


def upper(A):
    """R (d, d) of the QR of A (n, d), with rows of 0 where n < d."""
    R = np.zeros((A.shape[1],) * 2)
    R[: len(A)] = np.linalg.qr(A, mode="r")
    return R


def stack(R, S):
    """The triangle of two: QR of one above the other."""
    return np.linalg.qr(np.vstack([R, S]), mode="r")


# ---- what all blocks give


class Point(NamedTuple):
    """A model at b: the Newton step and what tells how far it is from the end.

    impossible, chi2, size : float, the sums of `rows_at`
    gradient : (d,), at b
    R : (d, d), upper triangular with RᵀR = H
    step : (d,), δ with H δ = −gradient; None where H is singular or not finite
    length : √(∇ᵀ H⁻¹ ∇), the length of the step in standard errors at φ = 1
    here : whether H is that of b and of all rows, or only nearly
    """

    b: np.ndarray
    impossible: float
    chi2: float
    size: float
    gradient: np.ndarray
    R: np.ndarray | None
    step: np.ndarray | None
    length: float
    here: bool = True


def look(model, b, R=None):
    """The `Point` of a model at b, from one pass over its rows, or two.

    With an R that is nearly that of b only the gradient is summed, which costs a fourth;
    unless digits would be lost.
    """
    if R is None or (np.diag(R) ** 2 < PIVOT * (R**2).sum(axis=0)).any():
        return Point(b, *solve(model, rows_at, model.centre, b))
    *sums, gradient = total(model, score, model.centre, b)
    q = np.linalg.solve(R.T, -gradient)
    return Point(b, *sums, gradient, R, np.linalg.solve(R, q), float(np.linalg.norm(q)), False)


def loss(model, b):
    """The loss of a model at b, a pass of its own: few steps need it."""
    return float(total(model, loss_of_rows, model.centre, b)[0])


def exact_step(model, point):
    """−∇ divided by the observed information, or None where that is not positive definite.

    Fisher scoring is Newton's method under a canonical link only; under another its steps
    shrink by a constant factor. Near the end this one is Newton's.
    """
    if point.R is None:
        return None
    (D,) = total(model, observed_information, model.centre, point.b)
    # in standard errors, T = R⁻¹, the Fisher information is 1 and the observed one not far
    T = np.linalg.solve(point.R, np.eye(len(point.R)))
    M = T.T @ D @ T
    if not np.isfinite(M).all():
        return None
    bends, V = np.linalg.eigh(M)
    return -T @ V @ (V.T @ T.T @ point.gradient / bends) if bends[0] > FLAT else None


def solve(model, *rows):
    """The sums of `rows` over all blocks, the gradient, R, the step and its length."""
    *sums, gradient, H = total(model, normal_equations, *rows)
    R, step = by_cholesky(H, gradient)
    if step is None and np.isfinite(H).all() and np.isfinite(gradient).all():
        R, step, rest = by_rows(total(model, triangle, *rows, combine=stack))
        # in rows of tiny W, √W z is large and its rounding hides the step; ∇ knows it better
        if step is not None and 0 < sums[-1] * max(
            reach(model) / np.linalg.norm(R, axis=0)
        ) < abs(rest):
            step = from_gradient(R, gradient)
    length = math.inf if step is None else float(np.linalg.norm(R @ step))
    return *map(float, sums), gradient, R, step, length


def by_cholesky(H, gradient):
    """R and δ from H = RᵀR; None, None where a pivot says that digits would be lost."""
    s = np.sqrt(np.diag(H))
    if not (np.isfinite(s).all() and (s > 0).all()):
        return None, None
    C = H / s / s[:, None]
    try:
        L = np.linalg.cholesky(C)
    except np.linalg.LinAlgError:
        return None, None
    if not np.diag(L).min() ** 2 >= PIVOT:  # NaN where there is no such error: WebAssembly
        return None, None
    return L.T * s, -np.linalg.solve(C, gradient / s) / s


def by_rows(triangle):
    """R and δ from the triangle of [√W Z, √W z]: Rδ = q; None, None where R is singular.

    With them the length of what is left of √W z.
    """
    R, q, rest = triangle[:-1, :-1], triangle[:-1, -1], triangle[-1, -1]
    if not np.isfinite(triangle).all() or not np.diag(R).all():
        return None, None, rest
    with np.errstate(all="ignore"):
        step = np.linalg.solve(R, q)
    return (R, step, rest) if np.isfinite(step).all() else (None, None, rest)


def from_gradient(R, gradient):
    """δ of RᵀRδ = −∇. Turned round, Rᵀ is an upper triangle, where LU does not pivot."""
    q = np.linalg.solve(R.T[::-1, ::-1], -gradient[::-1])[::-1]
    return np.linalg.solve(R, q)


def reach(model):
    """The largest |z| of each column, (d,)."""
    return np.maximum(*(np.abs(edge - model.centre) for edge in model.ranges))


def moves_nothing(model, point):
    """Whether the step moves no η by more than rounding."""
    far = reach(model)
    return far @ np.abs(point.step) <= ROUNDING * (far @ np.abs(point.b))


def standard_errors_away(model, point, step):
    """The length of a step from a point in standard errors, √(δᵀHδ / φ); ∞ of no step."""
    length = math.inf if step is None else float(np.linalg.norm(point.R @ step))
    if not model.family.has_dispersion:
        return length
    phi = point.chi2 / max(model.observations - len(point.b), 1)
    if point.impossible or not 0 <= phi < math.inf:  # a variance below 0, or an overflow
        return math.inf
    return length / math.sqrt(phi) if phi else (math.inf if length else 0.0)


# ---- whose rows they are


class Rows(Immutable):
    """The rows X, y, weights, offset of a model, and what follows from them."""

    @cached_property
    def canonical(self):
        """Whether (dμ/dη) / V(μ) = 1."""
        return self.family.canonical and self.link.name == self.family.links[0]

    @cached_property
    def convex(self):
        """Whether the loss has one minimum at most."""
        return self.link.name not in self.family.not_convex

    @cached_property
    def has_closed_form(self):
        """Whether the loss is a sum of squares in β, so that one Newton step ends it."""
        return self.canonical and self.family.has_dispersion

    @cached_property
    def observed(self):
        """The same model without its rows of weight 0."""
        used = self.weights > 0
        return self if used.all() else self.rows(used)

    def rows(self, chosen):
        """The same model of some of its rows: a slice, or a bool (n,)."""
        parts = {name: getattr(self, name)[chosen] for name in ("X", "y", "weights", "offset")}
        return self.derive(**parts)

    def derive(self, **changes):
        """Another model that differs in the given attributes; the data are not checked."""
        other = object.__new__(type(self))
        kept = {name: vars(self)[name] for name in ATTRIBUTES}
        vars(other).update(kept | changes)
        return other

    @property
    def many(self):
        """Whether passes over the rows are what a fit costs."""
        return self.observations > MANY

    def thinned(self):
        """Every 20th row of a model of very many, or 20,000 rows; None of one that has few."""
        if self.many:
            each = max(EACH, self.observations // SAMPLE)
            return self.observed.rows(slice(None, None, each)).derive(centre=self.centre)

    def blocks(self):
        """The observed rows in blocks, each a model of its own: see the module `blocks`."""
        m = self.observed
        return map(m.rows, slices(*m.X.shape))

    def total(self, part, combine):
        """part(block) of every block, combined."""
        return reduce(combine, map(part, self.blocks()))

    @cached_property
    def ranges(self):
        """The smallest and the largest value of each column of observed rows, (d,) each."""
        return extremes(self.observed.X)

    @cached_property
    def intercept(self):
        """The number of the first constant, non-zero column of X; None when there is none."""
        low, high = self.ranges
        constant = (low == high) & (low != 0)
        return int(np.argmax(constant)) if constant.any() else None

    @cached_property
    def centre(self):
        """c (d,): the middle of each column that is further from 0 than it is wide, else 0."""
        low, high = self.ranges
        middle = low / 2 + high / 2
        far = (np.abs(middle) > high - low) & (low < high) & (self.intercept is not None)
        return np.where(far, middle, 0.0)

    @cached_property
    def observations(self):
        """The number of rows with a weight above 0, as R counts."""
        return len(self.observed.y)

    @cached_property
    def response_range(self):
        """The smallest and the largest y of observed rows."""
        return self.observed.y.min(), self.observed.y.max()

    @cached_property
    def weight(self):
        """Σ w."""
        return float(self.observed.weights.sum())

    @cached_property
    def has_weights(self):
        """Whether a weight is not 1."""
        return bool((self.weights != 1).any())

    @cached_property
    def response(self):
        """Σ w y."""
        return float(self.observed.weights @ self.observed.y)

    @property
    def mean_response(self):
        """Σ w y / Σ w."""
        return self.response / self.weight

    @property
    def replicates(self):
        """What the deviance is divided by for φ in the log-likelihood: n, or Σ w."""
        return self.weight if self.family.replicates else self.observations

    def alone(self):
        """The same model with an intercept alone."""
        return self.derive(X=np.ones((len(self.y), 1)), names=["intercept"])

    @cached_property
    def offset_range(self):
        """The smallest and the largest offset of observed rows."""
        return self.observed.offset.min(), self.observed.offset.max()

    def first_row(self, test, *arguments):
        """The number of the first observed row for which test(self, *arguments) holds."""
        return int(np.argmax(test(self, *arguments) & (self.weights > 0)))

    def to_beta(self, b):
        """β of the columns as they are, from b (…, d) of the centred ones: see `blocks`."""
        return shifted(self, b, -1.0)

    def from_beta(self, beta):
        """b of the centred columns, from β (…, d)."""
        return shifted(self, beta, 1.0)


@np.errstate(all="ignore")  # of a descent that diverged
def shifted(model, beta, sign):
    """β with its intercept moved by sign · Σ cⱼ βⱼ / x₀."""
    beta = np.array(beta)
    if model.centre.any():
        one = model.ranges[0][model.intercept]
        beta[..., model.intercept] += sign * (beta @ model.centre) / one
    return beta


ATTRIBUTES = ("X", "y", "family", "link", "weights", "offset", "has_offset", "names", "index")
