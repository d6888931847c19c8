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

BLOCK = 2048  # rows of a pass: with 20 columns a third of a megabyte, which a cache holds
# What is left of a column's square after the columns before it. Below this a sum XᵀWX has
# lost more than 4 of its 16 digits, and the step goes by orthogonal factors of the rows.
PIVOT = 1e-4
ALMOST_ONE = 0.99
MANY, EACH = 50_000, 20  # of so many rows, each so many-th is enough for a start
# Of this relative size a sum is rounding: over 10⁶ rows it keeps 13 digits.
ROUNDING = 1e-13
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


def rows_at(block, centre, b):
    """Z, W, r at η = Zb, and three sums: of means that are impossible, Pearson's χ² and
    Σ |w (dμ/dη)/V| (|μ| + |y|), whose rounding is that of the gradient.
    """
    family, link, y, w = block.family, block.link, block.y, block.weights
    Z = block.X - centre if centre.any() else block.X
    eta = Z @ b + block.offset
    mu = link.inverse(eta)
    # the canonical link has dμ/dη = V(μ), which is at hand; close to 1 it has rounded
    rounded = family.limits[1] is not None and mu.max() > ALMOST_ONE
    slope = link.derivative(eta) if rounded or not block.canonical else family.variance(mu)
    ratio = w * block.slope_over_variance(eta, mu)
    chi2 = w @ ((y - mu) ** 2 / family.variance(mu)) if family.has_dispersion else 0.0
    sums = block.impossible(mu), chi2, np.abs(ratio) @ (np.abs(mu) + y)
    return Z, ratio * slope, ratio * gap(block, eta, mu), sums


def gap(block, eta, mu):
    """μ − y; close to an upper limit of 1 as (1 − y) − (1 − μ), which has not rounded."""
    difference = mu - block.y
    if block.family.limits[1] is not None and mu.max() > ALMOST_ONE:
        high = mu > ALMOST_ONE
        difference[high] = (1 - block.y[high]) - np.exp(block.link.log_1m_mu(eta[high]))
    return difference


def observed_information(block, centre, b):
    """ZᵀDZ with D the slope of r in η, by differences: what H is the expectation of."""
    Z = block.X - centre
    eta = Z @ b + block.offset
    h = STEP * (1 + np.abs(eta))

    def r(eta):
        mu = block.link.inverse(eta)
        return block.weights * block.slope_over_variance(eta, mu) * gap(block, eta, mu)

    return (Z.T @ (((r(eta + h) - r(eta - h)) / (2 * h))[:, None] * Z),)


def loss_of_rows(block, centre, b):
    """The loss at η = Zb."""
    Z = block.X - centre if centre.any() else block.X
    eta = Z @ b + block.offset
    return (block.loss_at(eta, block.link.inverse(eta)),)


def rows_at_the_data(block, centre, mean):
    """The same for the step from nothing to η = g(y), or to g(mean) where it is given."""
    family, link, w = block.family, block.link, block.weights
    Z = block.X - centre if centre.any() else block.X
    mu = family.start(block.y, w) if mean is None else np.full(len(w), mean)
    low, high = link.domain
    impossible = float((~((mu > low) & (mu < high))).sum())
    eta = link.link(mu)
    W = w * link.derivative(eta) * block.slope_over_variance(eta, mu)
    return Z, W, -W * (eta - block.offset), (impossible, 0.0, 0.0)


def normal_equations(block, rows, *arguments):
    """The sums that `rows` gives, and Zᵀ[WZ, r]: the information and the gradient at once."""
    Z, W, r, sums = rows(block, *arguments)
    right = np.empty((len(r), Z.shape[1] + 1))
    np.multiply(W[:, None], Z, out=right[:, :-1])
    right[:, -1] = r
    return *sums, Z.T @ right


def triangle(block, rows, *arguments):
    """R (d+1, d+1) of the rows [√W Z, −r/√W]; a row without weight gives nothing."""
    Z, W, r, _ = rows(block, *arguments)
    root = np.sqrt(W)
    z = np.where(W > 0, -r / root, 0.0)
    R = np.zeros((Z.shape[1] + 1,) * 2)
    found = np.linalg.qr(np.column_stack([root[:, None] * Z, z]), mode="r")
    R[: len(found)] = found
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
    """

    b: np.ndarray
    impossible: float
    chi2: float
    size: float
    gradient: np.ndarray
    R: np.ndarray | None
    step: np.ndarray | None
    length: float


def look(model, b):
    """The `Point` of a model at b, from one pass over its rows, or two."""
    return Point(b, *solve(model, rows_at, model.centre, b))


def loss(model, b):
    """The loss of a model at b, a pass of its own: few steps need it."""
    return float(total(model, loss_of_rows, model.centre, b)[0])


def exact_step(model, point):
    """−∇ divided by the observed information, or None where that is not positive definite.

    Fisher scoring is Newton's method under a canonical link only; under another its steps
    shrink by a constant factor. Near the end this one is Newton's.
    """
    (D,) = total(model, observed_information, model.centre, point.b)
    return by_cholesky(D, point.gradient)[1]


def solve(model, *rows):
    """The sums of `rows` over all blocks, the gradient, R, the step and its length."""
    *sums, both = total(model, normal_equations, *rows)
    H, gradient = both[:, :-1], both[:, -1]
    R, step = by_cholesky(H, gradient)
    if step is None and np.isfinite(H).all() and np.isfinite(gradient).all():
        R, step = by_rows(total(model, triangle, *rows, combine=stack))
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
    if np.diag(L).min() ** 2 < PIVOT:
        return None, None
    return L.T * s, -np.linalg.solve(C, gradient / s) / s


def by_rows(triangle):
    """R and δ from the triangle of [√W Z, √W z]: Rδ = q; None, None where R is singular."""
    R, q = triangle[:-1, :-1], triangle[:-1, -1]
    if not np.isfinite(triangle).all() or not np.diag(R).all():
        return None, None
    with np.errstate(all="ignore"):
        step = np.linalg.solve(R, q)
    return (R, step) if np.isfinite(step).all() else (None, None)


def moves_nothing(model, point):
    """Whether the step moves no η by more than rounding."""
    reach = np.maximum(*(np.abs(edge - model.centre) for edge in model.ranges))
    return reach @ np.abs(point.step) <= ROUNDING * (reach @ np.abs(point.b))


def columns(block):
    """The smallest and the largest value of each column: (low (d,), high (d,))."""
    return block.X.min(axis=0), block.X.max(axis=0)


def widest(one, other):
    return np.minimum(one[0], other[0]), np.maximum(one[1], other[1])


def standard_errors_away(model, point):
    """The length of the Newton step at a point, in standard errors: divided by √φ."""
    if not model.family.has_dispersion:
        return point.length
    df = max(model.observations - len(point.b), 1)
    phi = point.chi2 / df
    return point.length / math.sqrt(phi) if phi else (math.inf if point.length else 0.0)


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

    def thinned(self):
        """Every 20th row of a model of very many, where Newton's method finds its start."""
        return self.observed.rows(slice(None, None, EACH)) if len(self.y) > MANY else None

    def blocks(self):
        """The observed rows in blocks, each a model of its own: see the module `blocks`."""
        m = self.observed
        return (m.rows(slice(i, i + BLOCK)) for i in range(0, len(m.y), BLOCK))

    def total(self, part, combine):
        """part(block) of every block, combined."""
        return reduce(combine, map(part, self.blocks()))

    @cached_property
    def ranges(self):
        """The smallest and the largest value of each column of observed rows, (d,) each."""
        return total(self, columns, combine=widest)

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
        """The largest and the smallest offset of observed rows."""
        return self.observed.offset.max(), self.observed.offset.min()

    def first_row(self, test, *arguments):
        """The number of the first observed row for which test(self, *arguments) holds."""
        return int(np.argmax(test(self, *arguments) & (self.weights > 0)))

    def to_beta(self, b):
        """β of the columns as they are, from b (…, d) of the centred ones: see `blocks`."""
        return shifted(self, b, -1.0)

    def from_beta(self, beta):
        """b of the centred columns, from β (…, d)."""
        return shifted(self, beta, 1.0)


def shifted(model, beta, sign):
    """β with its intercept moved by sign · Σ cⱼ βⱼ / x₀."""
    beta = np.array(beta)
    if model.centre.any():
        one = model.ranges[0][model.intercept]
        beta[..., model.intercept] += sign * (beta @ model.centre) / one
    return beta


ATTRIBUTES = ("X", "y", "family", "link", "weights", "offset", "has_offset", "names", "index")
