"""The answer of a GLM in 50 digits, by Fisher scoring in mpmath: nothing of glmlib is used.

`answers(...)` gives what a case of this folder stores; the conventions are R's.
"""

from collections import namedtuple

import mpmath
from mpmath import mp, mpf

DIGITS = 50
Z = 1.959963984540054  # the normal quantile of a 95 % interval, as R and glmlib have it

# g, its inverse μ(η), and dμ/dη
Link = namedtuple("Link", "link inverse slope")
LINKS = {
    "identity": Link(lambda m: m, lambda e: e, lambda e: mpf(1)),
    "log": Link(mp.log, mp.exp, mp.exp),
    "logit": Link(
        lambda m: mp.log(m / (1 - m)),
        lambda e: 1 / (1 + mp.exp(-e)),
        lambda e: 1 / (2 + mp.exp(e) + mp.exp(-e)),
    ),
    "probit": Link(lambda m: mp.sqrt(2) * mp.erfinv(2 * m - 1), mp.ncdf, mp.npdf),
    "cloglog": Link(
        lambda m: mp.log(-mp.log(1 - m)),
        lambda e: -mp.expm1(-mp.exp(e)),
        lambda e: mp.exp(e - mp.exp(e)),
    ),
    "inverse": Link(lambda m: 1 / m, lambda e: 1 / e, lambda e: -1 / e**2),
}


def times_log(y, ratio):
    return y * mp.log(ratio) if y else mpf(0)


def binomial_log_density(y, m, w, phi):
    k = mp.nint(w * y)
    choose = mp.loggamma(w + 1) - mp.loggamma(k + 1) - mp.loggamma(w - k + 1)
    return choose + times_log(k, m) + times_log(w - k, 1 - m)


def gamma_log_density(y, m, w, phi):
    shape = 1 / phi
    return w * (shape * mp.log(shape * y / m) - shape * y / m - mp.log(y) - mp.loggamma(shape))


# V(μ), a first μ, the unit deviance, w log f(y; μ, φ), and whether φ is estimated
Family = namedtuple("Family", "variance start deviance log_density has_dispersion")
FAMILIES = {
    "gaussian": Family(
        lambda m: mpf(1),
        lambda y, w: y,
        lambda y, m: (y - m) ** 2,
        lambda y, m, w, phi: -(mp.log(2 * mp.pi * phi / w) + w * (y - m) ** 2 / phi) / 2,
        True,
    ),
    "binomial": Family(
        lambda m: m * (1 - m),
        lambda y, w: (w * y + 0.5) / (w + 1),
        lambda y, m: 2 * (times_log(y, y / m) + times_log(1 - y, (1 - y) / (1 - m))),
        binomial_log_density,
        False,
    ),
    "poisson": Family(
        lambda m: m,
        lambda y, w: y + mpf(1) / 10,
        lambda y, m: 2 * (times_log(y, y / m) - (y - m)),
        lambda y, m, w, phi: w * (times_log(y, m) - m - mp.loggamma(y + 1)),
        False,
    ),
    "gamma": Family(
        lambda m: m**2,
        lambda y, w: y,
        lambda y, m: 2 * ((y - m) / m - mp.log(y / m)),
        gamma_log_density,
        True,
    ),
}


class Model:
    """Rows X, responses y, weights and offset as numbers of 50 digits."""

    def __init__(self, family, link, X, y, weights, offset):
        self.family, self.link = FAMILIES[family], LINKS[link]
        self.X = [[mpf(float(v)) for v in row] for row in X]
        self.y, self.w, self.offset = (
            [mpf(float(v)) for v in values] for values in (y, weights, offset)
        )

    def eta(self, beta):
        return [mp.fdot(row, beta) + o for row, o in zip(self.X, self.offset, strict=True)]

    def deviance(self, eta):
        mu = map(self.link.inverse, eta)
        terms = zip(self.w, self.y, mu, strict=True)
        return mp.fsum(w * self.family.deviance(y, m) for w, y, m in terms if w)

    def weights(self, eta):
        return [
            w * self.link.slope(e) ** 2 / self.family.variance(self.link.inverse(e))
            for w, e in zip(self.w, eta, strict=True)
        ]

    def information(self, W):
        columns = list(zip(*self.X, strict=True))
        weighted = [[w * v for w, v in zip(W, column, strict=True)] for column in columns]
        return mp.matrix([[mp.fdot(a, b) for b in columns] for a in weighted])

    def fit(self, eta=None):
        """(β, η) at the maximum, from η or from the data; β is [] without columns."""
        if not self.X[0]:
            return [], self.offset
        if eta is None:
            start = map(self.family.start, self.y, self.w)
            eta = [self.link.link(m) for m in start]
        beta = [mpf(0)] * len(self.X[0])
        for _ in range(500):
            W = self.weights(eta)
            z = [
                e - o + (y - self.link.inverse(e)) / self.link.slope(e)
                for e, o, y in zip(eta, self.offset, self.y, strict=True)
            ]
            Wz = [w * v for w, v in zip(W, z, strict=True)]
            right = mp.matrix([mp.fdot(c, Wz) for c in zip(*self.X, strict=True)])
            new = list(mp.lu_solve(self.information(W), right))
            step = max(abs(a - b) for a, b in zip(new, beta, strict=True))
            beta, eta = new, self.eta(new)
            if step <= mpf(10) ** (6 - DIGITS) * (1 + max(map(abs, beta))):
                return beta, eta
        raise ArithmeticError("Fisher scoring did not settle")

    def columns(self, chosen, offset=None):
        """The model with some of the columns, and perhaps another offset."""
        other = object.__new__(Model)
        other.__dict__ |= self.__dict__
        other.X = [[row[j] for j in chosen] for row in self.X]
        other.offset = self.offset if offset is None else offset
        return other

    def profile(self, j, b, eta):
        """The least deviance where β_j is b, and the η where it is."""
        offset = [o + b * row[j] for o, row in zip(self.offset, self.X, strict=True)]
        rest = [k for k in range(len(self.X[0])) if k != j]
        model = self.columns(rest, offset)
        eta = model.fit(eta)[1]
        return model.deviance(eta), eta


def chi2_tail(x, df):
    return mp.gammainc(mpf(df) / 2, x / 2, regularized=True)


def f_tail(x, df, rest):
    return mp.betainc(mpf(rest) / 2, mpf(df) / 2, 0, rest / (rest + df * x), regularized=True)


def answers(family, link, X, y, weights, offset, terms=None, rows=40, profile=True):
    """What a case stores; `terms` are the numbers of columns that enter one after another."""
    with mpmath.workdps(DIGITS):
        model = Model(family, link, X, y, weights, offset)
        n, d = len(model.X), len(model.X[0])
        dispersed = model.family.has_dispersion
        used = sum(w > 0 for w in model.w)
        beta, eta = model.fit()
        mu, slope = ([f(e) for e in eta] for f in (model.link.inverse, model.link.slope))
        V = [model.family.variance(m) for m in mu]
        W = model.weights(eta)
        inverse = model.information(W) ** -1
        deviance = model.deviance(eta)
        data = list(zip(model.y, mu, model.w, V, strict=True))
        pearson = mp.fsum(w * (a - m) ** 2 / v for a, m, w, v in data)
        phi = pearson / (used - d) if dispersed else mpf(1)
        at = deviance / (used if family == "gaussian" else mp.fsum(model.w))
        loglik = mp.fsum(model.family.log_density(a, m, w, at) for a, m, w, v in data if w)
        se = [mp.sqrt(phi * inverse[j, j]) for j in range(d)]
        z = [b / s for b, s in zip(beta, se, strict=True)]
        df = d + dispersed
        constant = [j for j in range(d) if all(row[j] == 1 for row in model.X)]
        null = model.columns(constant[:1])
        found = {
            "n": n,
            "p": d,
            "df_residual": used - d,
            "df_null": used - len(constant[:1]),
            "null_deviance": float(null.deviance(null.fit()[1])),
            "loglik_df": df,
            "BIC": float(df * mp.log(n) - 2 * loglik),
            "vcov": [[float(phi * inverse[i, j]) for j in range(d)] for i in range(d)],
            "p_value": [
                float(f_tail(v**2, 1, used - d) if dispersed else mp.erfc(abs(v) / mp.sqrt(2)))
                for v in z
            ],
        }
        if profile:
            found["confint_profile_95"] = profile_intervals(
                model, beta, se, eta, deviance, phi
            )
        if terms is not None:
            found["anova_sequential"] = sequence(model, terms, used, phi)
        if n <= rows:
            found["casewise"] = row_by_row(model, eta, inverse, phi)
        found["exact"] = {
            "method": f"mpmath, {DIGITS} digits, Fisher scoring (tests/reference/answers.py)",
            "coefficients": [mp.nstr(b, 20) for b in beta],
            "std_errors": [mp.nstr(s, 20) for s in se],
            "dispersion": mp.nstr(phi, 20),
            "deviance": mp.nstr(deviance, 20),
            "pearson_chi2": mp.nstr(pearson, 20),
            "loglik": mp.nstr(loglik, 20),
        }
        return found


def profile_intervals(model, beta, se, eta, deviance, phi):
    """Where the least deviance is z²φ above the minimum, by the secant rule on its root."""
    ends = {"lower": [], "upper": []}
    for side, name in ((-1, "lower"), (1, "upper")):
        for j, (b, s) in enumerate(zip(beta, se, strict=True)):

            def distance(t, j=j, b=b, s=s, side=side):
                above = model.profile(j, b + side * t * s, eta)[0] - deviance
                return mp.sqrt(above / phi) - Z

            t = mp.findroot(distance, (mpf(Z), mpf(Z) * 1.05), solver="secant", tol=1e-40)
            ends[name].append(float(b + side * t * s))
    return ends


def sequence(model, terms, used, phi):
    """R's anova(fit): the deviance as one term after another enters."""
    dispersed, d = model.family.has_dispersion, len(model.X[0])
    table = {name: [None] for name in ("df", "deviance", "p")}
    before, columns = None, 0
    for more in (1, *terms):
        columns += more
        part = model.columns(range(columns))
        now = part.deviance(part.fit()[1])
        if before is not None:
            gain = before - now
            p = (
                f_tail(gain / more / phi, more, used - d)
                if dispersed
                else chi2_tail(gain, more)
            )
            for name, value in (("df", more), ("deviance", float(gain)), ("p", float(p))):
                table[name].append(value)
        before = now
    return table


def row_by_row(model, eta, inverse, phi):
    """Fitted values, residuals, leverage and Cook's distance; None where leverage is 1."""
    found = {
        name: []
        for name in "fitted linear_predictor resid_response resid_pearson resid_deviance "
        "resid_working hat cooks rstandard_deviance".split()
    }
    for row, y, w, e, W in zip(
        model.X, model.y, model.w, eta, model.weights(eta), strict=True
    ):
        mu = model.link.inverse(e)
        pearson = (y - mu) * mp.sqrt(w / model.family.variance(mu))
        unit = mp.sqrt(max(w * model.family.deviance(y, mu), 0)) * mp.sign(y - mu)
        x = mp.matrix([row])
        hat = W * (x * inverse * x.T)[0]
        left = 1 - hat if hat < 1 - mpf(10) ** -20 else None
        values = (
            mu,
            e,
            y - mu,
            pearson,
            unit,
            (y - mu) / model.link.slope(e),
            hat,
            left and (pearson / left) ** 2 * hat / (phi * len(row)),
            left and unit / mp.sqrt(phi * left),
        )
        for name, value in zip(found, values, strict=True):
            found[name].append(None if value is None else float(value))
    return found
