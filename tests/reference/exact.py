"""Exact answers from the standard library alone: fractions, and 60-digit decimals.

A double is a fraction, so least squares in `Fraction` has no rounding at all. The other
models need exp and log: `Decimal` has both, to as many digits as asked for.
"""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np

DIGITS = 60


def solve(matrix, right):
    """The solution of matrix · x = right by elimination; right may hold several columns."""
    n = len(matrix)
    rows = [list(a) + list(b) for a, b in zip(matrix, right, strict=True)]
    for j in range(n):
        pivot = max(range(j, n), key=lambda i: abs(rows[i][j]))
        rows[j], rows[pivot] = rows[pivot], rows[j]
        rows[j] = [v / rows[j][j] for v in rows[j]]
        for i in range(n):
            if i != j and rows[i][j]:
                factor = rows[i][j]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[j], strict=True)]
    return [row[n:] for row in rows]


def identity(n, one):
    return [[one * (i == j) for j in range(n)] for i in range(n)]


def dot(a, b):
    return sum(u * v for u, v in zip(a, b, strict=True))


def least_squares(X, y):
    """β, standard errors and deviance of the linear model, for the doubles in X and y."""
    rows = [[Fraction(float(v)) for v in row] for row in X]
    right = [Fraction(float(v)) for v in y]
    columns = list(zip(*rows, strict=True))
    information = [[dot(a, b) for b in columns] for a in columns]
    inverse = solve(information, identity(len(columns), Fraction(1)))
    beta = [dot(row, [dot(c, right) for c in columns]) for row in inverse]
    deviance = sum((v - dot(row, beta)) ** 2 for row, v in zip(rows, right, strict=True))
    phi = deviance / (len(rows) - len(columns))
    se = [float(phi * inverse[j][j]) ** 0.5 for j in range(len(columns))]
    return np.array([float(b) for b in beta]), np.array(se), float(deviance)


def sigmoid(eta):
    return 1 / (1 + (-eta).exp())


# μ = g⁻¹(η), and V(μ), which under the canonical link is dμ/dη as well
CANONICAL = {
    "logistic": (sigmoid, lambda mu: mu * (1 - mu)),
    "poisson": (lambda eta: eta.exp(), lambda mu: mu),
}


def newton(name, X, y, weights=None, start=None):
    """β, standard errors and fitted means of the logistic or Poisson model, to 40 digits."""
    mean, variance = CANONICAL[name]
    with localcontext() as context:
        context.prec = DIGITS
        rows = [[Decimal(float(v)) for v in row] for row in X]
        right = [Decimal(float(v)) for v in y]
        w = [Decimal(float(v)) for v in (np.ones(len(y)) if weights is None else weights)]
        d = len(rows[0])
        beta = [Decimal(float(v)) for v in (np.zeros(d) if start is None else start)]
        columns = list(zip(*rows, strict=True))
        for _ in range(200):
            mu = [mean(dot(row, beta)) for row in rows]
            V = [a * variance(m) for a, m in zip(w, mu, strict=True)]
            score = [
                sum(c[i] * w[i] * (right[i] - mu[i]) for i in range(len(rows)))
                for c in columns
            ]
            information = [
                [sum(V[i] * a[i] * b[i] for i in range(len(rows))) for b in columns]
                for a in columns
            ]
            inverse = solve(information, identity(d, Decimal(1)))
            step = [dot(row, score) for row in inverse]
            beta = [b + s for b, s in zip(beta, step, strict=True)]
            if max(s * s / inverse[j][j] for j, s in enumerate(step)) < Decimal(10) ** -80:
                break
        else:
            raise ArithmeticError("Newton's method did not settle: give it a better start")
        se = [float(inverse[j][j].sqrt()) for j in range(d)]
        return np.array([float(b) for b in beta]), np.array(se), [+m for m in mu]


def log_factorial(k):
    """log k! for a Decimal k of at least 10⁶, by Stirling's series."""
    pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
    series = 1 / (12 * k) - 1 / (360 * k**3) + 1 / (1260 * k**5)
    return (k + Decimal("0.5")) * k.ln() - k + (2 * pi).ln() / 2 + series
