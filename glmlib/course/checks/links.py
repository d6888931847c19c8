"""Checks of a link, its inverse and the sigmoid."""

import contextlib
import copy
import warnings

import numpy as np

from ...links import LINKS, Logit
from .formula import one_change
from .slips import same
from .verdicts import Nowhere, apart, call, numbers, timed, try_again, verdict


@verdict
def sigmoid(f):
    """Check f(eta), S(η) = 1 / (1 + e^−η): a number, any shape, ±800, without overflow.

    An overflow that is silenced is one. It is looked for in f's own calculation: in an array
    that follows what is done to it, and in np.exp and its like.

    >>> checks.sigmoid(lambda eta: np.exp(-np.logaddexp(0, -eta)))
    PASS ✓ your sigmoid is right from -800 to 800, without a warning
    >>> checks.sigmoid(lambda eta: 1 / (1 + np.exp(-eta))).status
    'TRY AGAIN'
    """
    grid = np.linspace(-9, 9, 19)
    far = np.array([-800.0, 0.0, 800.0])
    arrays = [grid, grid[:18].reshape(6, 3), grid[:1], np.array([-3, 0, 2]), far]
    for given in [*arrays, 0.3, -2]:
        eta = np.asarray(given)
        right = np.exp(-np.logaddexp(0, -eta))
        where = "" if eta.ndim else f"eta = {given}, one number"
        mu = call(f, where, eta=given)
        if eta.ndim == 0 and mu.size == 1:
            mu = mu.reshape(())
        if mu.shape != eta.shape:
            try_again(f"eta of shape {eta.shape} gives {mu.shape}: work elementwise", where)
        gap = np.abs(mu - right)
        j = int(np.nan_to_num(gap, nan=np.inf).argmax())
        if gap.ravel()[j] <= (1e-15 if eta is far else 1e-12):
            continue
        words = UNKNOWN
        if eta is far:
            words = "right for small eta, wrong at ±800: an overflow, or a clipped eta"
        elif eta.ndim and eta.dtype.kind == "i":
            words = "right for floats, wrong for whole numbers: they cut off the fraction"
        elif eta.ndim == 0:
            words = "right for arrays, wrong for one number"
        for slip, wrong in SIGMOID_SLIPS.items():
            if eta is grid and np.allclose(mu, wrong(eta), rtol=0, atol=1e-9):
                words = slip
        if eta is grid and words == UNKNOWN:
            words = by_formula(Logit(), 1, "eta", eta, mu) or unlike_a_sigmoid(mu, right)
        at, mu, right = (np.ravel(value)[j] for value in (eta, mu, right))
        one, other = apart(mu, right)
        try_again(f"{words}\nat eta = {at:g} yours is {one}, the sigmoid {other}", where)
    warned = timed(lambda: warning_of(f, far))
    what = f"NumPy warns: {warned}" if warned else timed(lambda: overflow_in(f, far))
    if what:
        try_again(
            f"the values are right, but {what}, at eta = {numbers(far)}\n"
            "exp(-|eta|) cannot overflow; np.where computes both of its branches"
        )
    return "your sigmoid is right from -800 to 800, without a warning"


def unlike_a_sigmoid(mu, right):
    """What a curve (19,) from η = −9 to 9 lacks of the sigmoid, in words."""
    if not np.isfinite(mu).all():
        return "not finite everywhere: 1 + e^(−η) is never 0"
    if mu.min() < 0 or mu.max() > 1:
        return "it leaves the interval from 0 to 1, where probabilities live"
    if (np.diff(mu) < 0).any():
        return "it falls somewhere: the sigmoid always rises"
    for places in range(1, 6):
        if np.array_equal(mu, right.round(places)):
            return f"rounded to {places} digits after the point: round nothing"
    if abs(mu[9] - 0.5) > 1e-9:
        return "it is not ½ at η = 0"
    if abs(mu[10] - right[10]) < 1e-9:
        return "right near η = 0, and not everywhere: a clipped eta?"
    kind = "flatter" if mu[10] < right[10] else "steeper"
    return f"it rises from 0 to 1 through ½, but {kind} than the sigmoid: look at the e"


UNKNOWN = "not the sigmoid everywhere"
SIGMOID_SLIPS = {
    "the sign of eta: this is 1 − S(eta)": lambda eta: 1 / (1 + np.exp(eta)),
    "a straight line: it touches the sigmoid at 0 only": lambda eta: 0.5 + eta / 4,
    "this is the odds e^eta, not yet the probability": lambda eta: np.exp(eta),
    "this is tanh, which runs from −1 to 1": lambda eta: np.tanh(eta),
    "this is S(2 eta): a factor 2": lambda eta: 1 / (1 + np.exp(-2 * eta)),
    "this is a step, not a curve": lambda eta: (eta > 0) * 1.0,
    "this is the derivative S(1 − S)": lambda eta: np.exp(eta) / (1 + np.exp(eta)) ** 2,
}


def warning_of(f, *arguments):
    """The first warning of f(*arguments), as text; "" when there is none."""
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(over="warn", invalid="warn", divide="warn", under="ignore"),
        contextlib.redirect_stdout(Nowhere()),
    ):
        warnings.simplefilter("always")
        f(*copy.deepcopy(arguments))
    return str(caught[0].message) if caught else ""


class Followed(np.ndarray):
    """An array that notes in `found` which function of finite numbers gave ∞."""

    found: list

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        plain = [x.view(np.ndarray) if isinstance(x, Followed) else x for x in inputs]
        options.pop("out", None)
        result = getattr(ufunc, method)(*plain, **options)
        note_overflow(self.found, ufunc.__name__, plain, result)
        if isinstance(result, np.ndarray) and result.dtype.kind == "f":
            result = followed(result, self.found)
        return result


def followed(array, found):
    view = np.asarray(array).view(Followed)
    view.found = found
    return view


def note_overflow(found, name, inputs, result):
    with contextlib.suppress(TypeError):
        if np.isinf(result).any() and all(np.isfinite(x).all() for x in inputs):
            found.append(name)


def overflow_in(f, eta):
    """Where f(eta) overflows, be it silenced or not; "" where it does not."""
    found = []

    def noting(name, function):
        def noted(*inputs, **options):
            result = function(*inputs, **options)
            note_overflow(found, name, inputs, result)
            return result

        return noted

    def keeping(name, function):
        def kept(value, *more, **options):
            result = function(value, *more, **options)
            return followed(result, found) if isinstance(value, Followed) else result

        return kept

    ufuncs = ("exp", "expm1", "exp2", "power", "float_power", "cosh", "sinh")
    makers = ("asarray", "array", "asanyarray", "ascontiguousarray", "atleast_1d")
    changed = dict.fromkeys(ufuncs, noting) | dict.fromkeys(makers, keeping)
    originals = {name: getattr(np, name) for name in changed}
    for argument in (followed(eta, found), eta.copy()):
        try:
            for name, change in changed.items():
                setattr(np, name, change(name, originals[name]))
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                f(argument)
        except Exception:  # what is made for other arrays alone is no mistake
            continue
        finally:
            for name, function in originals.items():
                setattr(np, name, function)
    return f"np.{found[0]} overflows, and the warning is silenced" if found else ""


LINK_OF = {  # link, inverse link
    "log": ("log(mu)", "exp(eta)"),
    "logit": ("log(mu / (1 - mu))", "1 / (1 + exp(-eta))"),
    "cloglog": ("log(-log(1 - mu))", "1 - exp(-exp(eta))"),
    "inverse": ("1 / mu", "1 / eta"),
}
SLOPES = {"log": "exp(eta)", "logit": "mu * (1 - mu)", "inverse": "-(1 / eta ** 2)"}


def by_formula(like, which, name, at, found):
    """What is changed in the link (0) or its inverse (1), in words; else ""."""

    def fits(values):
        return np.allclose(values[0], found, rtol=1e-9, equal_nan=True)

    formula = LINK_OF[like.name][which] if like.name in LINK_OF else ""
    words = one_change(formula, [{name: at}], fits) if formula else ""
    for other, make in LINKS.items():
        with np.errstate(all="ignore"):
            if not words and fits([getattr(make(), ("link", "inverse")[which])(at)]):
                words = f"this is the {other} link" + ", its inverse" * which
    return words


def at_fault(like, mu, eta, back):
    """Which of the two is wrong when a round trip fails, and what is changed in it."""
    if like is None:
        return ""
    if np.allclose(back, like.inverse(eta), rtol=1e-8):
        words = by_formula(like, 0, "mu", mu, eta)
        return f"the inverse link is right, the link is not{words and ': ' + words}"
    if np.allclose(eta, like.link(mu), rtol=1e-8):
        words = by_formula(like, 1, "eta", eta, back)
        return f"the link is right, its inverse is not{words and ': ' + words}"
    return ""


@verdict
def link(link, inverse, domain, like=None):
    """Check a link and its inverse: round trip, domain, both monotone in the same direction.

    Parameters
    ----------
    link, inverse : functions, elementwise: mu -> eta and eta -> mu.
    domain : (low, high), where mu lives.
    like : a `Link` that it has to be; None accepts any link on this domain.

    >>> checks.link(np.log, np.exp, (0, np.inf))
    PASS ✓ link and inverse undo each other, stay in the domain and are monotone
    """
    low, high = domain
    # points inside the domain, close to its ends too
    t = np.array([0.001, 0.02, 0.1, 0.3, 0.45, 0.6, 0.8, 0.97, 0.999])
    if np.isfinite([low, high]).all():
        mu = low + (high - low) * t
    elif np.isfinite(low):
        mu = low + t / (1 - t)
    else:
        mu = np.log(t / (1 - t))
    eta = elementwise(link, mu, "link", "mu")
    if not np.isfinite(eta).all():
        try_again(
            f"the link of mu = {numbers(mu)} is {numbers(eta)}: finite numbers are needed"
        )
    back = elementwise(inverse, eta, "inverse link", "eta")
    if not np.allclose(back, mu, rtol=1e-8, atol=1e-10):
        j = int(np.abs(np.nan_to_num(back, nan=np.inf) - mu).argmax())
        words = "the round trip fails"
        if np.allclose(back, low + high - mu, rtol=1e-8):
            words = "the sign of eta: the round trip gives 1 − mu"
        elif np.allclose(back * mu, 1, rtol=1e-8):
            words = "the sign of eta: the round trip gives 1/mu"
        elif fault := at_fault(like, mu, eta, back):
            words = f"{fault}; the round trip fails"
        elif not np.isfinite(back).all():
            words = "the round trip fails, an overflow or the log of a negative number"
        one, other = apart(mu[j], back[j])
        try_again(f"{words}: mu = {one} → eta = {eta[j]:.4g} → {other}")
    wide = np.linspace(min(eta.min(), -8), max(eta.max(), 8), 41)
    if like is not None:  # the inverse link 1/mu reaches half of the line only
        wide = wide[(like.inverse(wide) >= low) & (like.inverse(wide) <= high)]
    reached = elementwise(inverse, wide, "inverse link", "eta")
    outside = ~((reached >= low) & (reached <= high))
    if outside.any():
        j = int(outside.argmax())
        try_again(
            f"the inverse link leaves the domain ({low:g}, {high:g}): "
            f"eta = {wide[j]:.4g} gives mu = {reached[j]:.4g}"
        )
    for name, steps in (("link", np.diff(eta)), ("inverse link", np.diff(reached))):
        if not ((steps >= 0).all() or (steps <= 0).all()):
            try_again(f"the {name} is not monotone: it turns around")
    if like is not None:
        right = like.link(mu)
        if not np.allclose(eta, right, rtol=1e-8, atol=1e-10):
            j = int(np.abs(eta - right).argmax())
            one, other = apart(eta[j], right[j])
            why = by_formula(like, 0, "mu", mu, eta) or "a link on this domain"
            try_again(
                f"{why}, but not the {like.name} link: "
                f"mu = {mu[j]:.4g} gives eta = {one}, the {like.name} {other}"
            )
    return "link and inverse undo each other, stay in the domain and are monotone"


@verdict
def inverse_slope(f, like):
    """Check f(eta), the derivative dμ/dη of the inverse link, against central differences.

    Parameters
    ----------
    f : eta (n,) -> (n,).
    like : the `Link` whose inverse it belongs to.

    >>> checks.inverse_slope(np.exp, glmlib.Log())
    PASS ✓ the slope of the inverse log link agrees with differences
    >>> checks.inverse_slope(lambda eta: np.exp(-eta), glmlib.Log())
    TRY AGAIN ✗ this is dη/dμ: turn the fraction over
    yours 0.082085, the right one 12.1825
    (eta = [0.5, 1, 1.7, 2.5])
    """

    def slope(eta, h=1e-5):
        return (like.inverse(eta + h) - like.inverse(eta - h)) / (2 * h)

    eta = np.array([0.5, 1.0, 1.7, 2.5])  # where every link has a mean
    slips = {
        "this is dη/dμ: turn the fraction over": lambda eta: 1 / slope(eta),
        "the sign of the slope: does mu rise or fall with eta?": lambda eta: -slope(eta),
        "this is mu, not yet its slope": like.inverse,
    }
    same(
        f,
        slope,
        {f"eta = {numbers(eta)}": {"eta": eta}},
        slips,
        tolerance=1e-6,
        formula=SLOPES.get(like.name, ""),
        names=lambda eta: {"eta": eta, "mu": like.inverse(eta)},
    )
    return f"the slope of the inverse {like.name} link agrees with differences"


def elementwise(f, values, name, argument):
    found = call(f, f"the {name}", **{argument: values})
    if found.shape != values.shape:
        try_again(
            f"the {name} turns shape {values.shape} into {found.shape}: work elementwise"
        )
    return found
