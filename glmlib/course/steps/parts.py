"""Lesson 01: from the three parts to the mean."""

from .step import Derivation, Step

PARTS = Derivation(
    title="from the three parts to the mean",
    lesson="01",
    given="""\
from math import comb
k = np.arange(100)
factorial = np.cumprod(np.maximum(k, 1.0))
m = 6
trials = np.arange(7)
choose = np.array([comb(m, j) for j in trials])
z, weight = np.polynomial.hermite_e.hermegauss(20)
weight = weight / np.sum(weight)
g, g_inverse = np.log, np.exp
other = np.cos(np.arange(d))
mu = np.exp(X @ beta)
share = 1 / (1 + np.exp(-X @ beta))
p = share""",
    steps=(
        Step(
            r"P(y = k) = \frac{\mu^{k} e^{-\mu}}{k!}",
            "Give a count its distribution.",
            "P = mu[:, None] ** k * np.exp(-mu[:, None]) / factorial",
            move=None,
        ),
        Step(
            r"\operatorname{E}(y) = \sum_k k\,P(y = k) = \mu",
            "Sum over all counts: the mean is the parameter itself.",
            "mean = np.sum(k * P, axis=1)",
            move="mu",
        ),
        Step(
            r"P(y = k) = \binom{m}{k} p^{k} (1 - p)^{m-k}",
            "Count the successes in m trials.",
            "P_m = choose * p[:, None] ** trials * (1 - p[:, None]) ** (m - trials)",
            move=None,
        ),
        Step(
            r"= \binom{m}{k} \Big(\frac{\mu}{m}\Big)^{k} "
            r"\Big(1 - \frac{\mu}{m}\Big)^{m-k}",
            "Use the mean as the parameter: p is the mean of the count divided by m.",
            "P_m = choose * (m * p[:, None] / m) ** trials "
            "* (1 - m * p[:, None] / m) ** (m - trials)",
        ),
        Step(
            r"V(\mu) = 1 \ \text{(normal)}",
            "Take the mean square less the squared mean: μ cancels.",
            "variance = np.ones(n)",
            move="np.sum(weight * (mu[:, None] + z) ** 2, axis=1) - mu**2",
        ),
        Step(
            r"V(\mu) = \mu(1-\mu) \ \text{(binomial)}",
            "Sum the squared distances of the share, m times.",
            "variance = share * (1 - share)",
            move="m * np.sum((trials / m - share[:, None]) ** 2 * P_m, axis=1)",
        ),
        Step(
            r"V(\mu) = \mu \ \text{(Poisson)}",
            "Sum the squared distances of the count.",
            "variance = mu",
            move="np.sum((k - mu[:, None]) ** 2 * P, axis=1)",
        ),
        Step(
            r"\eta_i = \sum_j X_{ij}\,\beta_j",
            "Let the data in by a weighted sum.",
            "eta = np.array([np.sum(X[i] * beta) for i in range(n)])",
            move=None,
        ),
        Step(
            r"\eta = X\beta",
            "Take all rows at once.",
            "eta = X @ beta",
        ),
        Step(
            r"g(\mu) = \eta",
            "Ask for a function that turns the mean into η.",
            "eta = g(mu)",
        ),
        Step(
            r"\mu = g^{-1}(\eta)",
            "Undo it.",
            "mu = g_inverse(eta)",
            move="mu",
        ),
        Step(
            r"g(\mu) = \log\mu = \eta",
            "Take the logarithm for counts.",
            "eta = np.log(mu)",
            move="X @ beta",
        ),
        Step(
            r"\mu = e^{\eta}",
            "The exponential undoes the logarithm.",
            "mu = np.exp(eta)",
            move="mu",
        ),
        Step(
            r"0 < \frac{\mu}{1-\mu} < \infty",
            "Divide a share by what is left: the odds are some exponential.",
            "odds = share / (1 - share)",
            move="np.exp(X @ beta)",
        ),
        Step(
            r"g(\mu) = \log\frac{\mu}{1-\mu} = \eta",
            "Take the logarithm of the odds.",
            "log_odds = np.log(share / (1 - share))",
            move="eta",
        ),
        Step(
            r"\frac{\mu}{1-\mu} = e^{\eta}",
            "Take the exponential.",
            "odds = np.exp(eta)",
            move="share / (1 - share)",
        ),
        Step(
            r"\mu = e^{\eta} - \mu\,e^{\eta}",
            "Multiply by 1 − μ.",
            "mean = np.exp(eta) - share * np.exp(eta)",
            move="before * (1 - share)",
        ),
        Step(
            r"\mu\,(1 + e^{\eta}) = e^{\eta}",
            "Collect μ.",
            "collected = share * (1 + np.exp(eta))",
            move="np.exp(eta)",
        ),
        Step(
            r"\mu = \frac{e^{\eta}}{1 + e^{\eta}}",
            "Divide.",
            "share = np.exp(eta) / (1 + np.exp(eta))",
            move="share",
        ),
        Step(
            r"= \frac{1}{1 + e^{-\eta}}",
            "Divide numerator and denominator by the exponential.",
            "share = 1 / (1 + np.exp(-eta))",
        ),
        Step(
            r"X(\beta + \beta') = X\beta + X\beta'",
            "Multiply out: the predictor is linear in β.",
            "together = X @ beta + X @ other",
            move="X @ (beta + other)",
        ),
        Step(
            r"\mu = 1 - e^{-e^{\eta}}",
            "Ask for one event or more: all counts but 0.",
            "once_or_more = 1 - np.exp(-np.exp(eta))",
            move="np.sum(P[:, 1:], axis=1)",
        ),
    ),
)
