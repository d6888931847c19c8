"""Lesson 08: from a distribution to its variance, its deviance, its φ and its residuals."""

from .step import Derivation, Step

EXPONENTIAL_FAMILY = Derivation(
    title="from the exponential family to mean and variance",
    lesson="08",
    given="""\
from math import comb
m = 6
phi = 1 / m
share = np.arange(7) / m
c = np.log([comb(m, k) for k in range(7)])
eta = X @ beta
b = np.log(1 + np.exp(eta))""",
    steps=(
        Step(
            r"P(y) = e^{(y\eta - b(\eta))/\varphi + c(y)}",
            "Let η meet y in a product, and nothing else in the exponent.",
            "P = np.exp((share * eta[:, None] - b[:, None]) / phi + c)",
            move=None,
        ),
        Step(
            r"b(\eta) = \varphi \log \sum_y e^{y\eta/\varphi + c(y)}",
            "All probabilities add up to 1, and b is what makes them.",
            "b = phi * np.log(np.sum(np.exp(share * eta[:, None] / phi + c), axis=1))",
            move="b",
        ),
        Step(
            r"b'(\eta) = \frac{\sum_y y\, e^{y\eta/\varphi + c(y)}}"
            r"{\sum_y e^{y\eta/\varphi + c(y)}}",
            "Differentiate the logarithm; φ cancels.",
            "slope = np.sum(share * np.exp(share * eta[:, None] / phi + c), axis=1) "
            "/ np.sum(np.exp(share * eta[:, None] / phi + c), axis=1)",
            move="derivative('b', 'eta')",
        ),
        Step(
            r"= \sum_y y\,P(y) = \mu",
            "Every term over the sum is a probability: b′ is the mean.",
            "mu = np.sum(share * P, axis=1)",
        ),
        Step(
            r"b''(\eta) = \frac{1}{\varphi} \sum_y y\,(y - \mu)\,P(y)",
            "Differentiate once more: P(y) has the derivative P(y)(y − μ)/φ.",
            "curvature = np.sum(share * (share - mu[:, None]) * P, axis=1) / phi",
            move="derivative('mu', 'eta')",
        ),
        Step(
            r"= \frac{1}{\varphi} \sum_y (y - \mu)^2\,P(y)",
            "Subtract μ Σ(y − μ)P(y), which is 0.",
            "curvature = np.sum((share - mu[:, None]) ** 2 * P, axis=1) / phi",
        ),
        Step(
            r"\operatorname{var}(y) = \varphi\, b''(\eta) = \varphi\, V(\mu)",
            "Multiply by φ. V is b″ as a function of the mean.",
            "variance = phi * mu * (1 - mu)",
            move="phi * before",
        ),
    ),
)

VARIANCE_FUNCTIONS = Derivation(
    title="from b to the variance functions of five families",
    lesson="08",
    given="""\
theta = np.exp(beta[0])
eta = -np.exp(X @ beta)
normal = eta**2 / 2
poisson = np.exp(eta)
binomial = np.log(1 + np.exp(eta))
gamma = -np.log(-eta)
negative = -theta * np.log(1 - np.exp(eta))""",
    steps=(
        Step(
            r"\mu = b'(\eta) = \eta",
            "The normal distribution has b = η²/2.",
            "mu = eta",
            move="derivative('normal', 'eta')",
        ),
        Step(
            r"V(\mu) = b''(\eta) = 1",
            "Differentiate once more: the variance does not depend on the mean.",
            "variance = np.ones(n)",
            move="derivative('mu', 'eta')",
        ),
        Step(
            r"\mu = b'(\eta) = e^{\eta}",
            "The Poisson distribution has b = e^η.",
            "mu = np.exp(eta)",
            move="derivative('poisson', 'eta')",
        ),
        Step(
            r"V(\mu) = b''(\eta) = e^{\eta} = \mu",
            "The exponential is its own derivative.",
            "variance = mu",
            move="derivative('mu', 'eta')",
        ),
        Step(
            r"\mu = b'(\eta) = \frac{e^{\eta}}{1 + e^{\eta}}",
            "The binomial distribution has b = log(1 + e^η).",
            "mu = np.exp(eta) / (1 + np.exp(eta))",
            move="derivative('binomial', 'eta')",
        ),
        Step(
            r"V(\mu) = b''(\eta) = \mu\,(1 - \mu)",
            "Differentiate the sigmoid.",
            "variance = mu * (1 - mu)",
            move="derivative('mu', 'eta')",
        ),
        Step(
            r"\mu = b'(\eta) = -\frac{1}{\eta}",
            "The Gamma distribution has b = −log(−η), with η < 0.",
            "mu = -1 / eta",
            move="derivative('gamma', 'eta')",
        ),
        Step(
            r"V(\mu) = b''(\eta) = \frac{1}{\eta^{2}} = \mu^{2}",
            "Differentiate −1/η.",
            "variance = mu**2",
            move="derivative('mu', 'eta')",
        ),
        Step(
            r"\mu = b'(\eta) = \frac{\theta\, e^{\eta}}{1 - e^{\eta}}",
            "The negative binomial has b = −θ log(1 − e^η), with η < 0 and θ known.",
            "mu = theta * np.exp(eta) / (1 - np.exp(eta))",
            move="derivative('negative', 'eta')",
        ),
        Step(
            r"V(\mu) = b''(\eta) = \mu + \frac{\mu^{2}}{\theta}",
            "Differentiate the quotient, and write it with μ.",
            "variance = mu + mu**2 / theta",
            move="derivative('mu', 'eta')",
        ),
    ),
)

DEVIANCE = Derivation(
    title="from the variance function to the deviance",
    lesson="08",
    given="""\
nodes, weight = np.polynomial.legendre.leggauss(40)
mu = np.exp(X @ beta)
half = (y - mu)[:, None] / 2
t = mu[:, None] + half * (nodes + 1)""",
    steps=(
        Step(
            r"D_i = 2 \int_{\mu_i}^{y_i} \frac{y_i - t}{V(t)}\,dt",
            "Sum up what the gradient says, on the way from μ to y.",
            "D = 2 * np.sum(weight * half * (y[:, None] - t) / t, axis=1)",
            move=None,
        ),
        Step(
            r"= 2\left( y_i \log\frac{y_i}{\mu_i} - (y_i - \mu_i) \right)",
            "Put V(t) = t for Poisson counts and integrate y/t − 1, with 0 log 0 = 0.",
            "D = 2 * (y * np.log(np.maximum(y, 1) / mu) - (y - mu))",
        ),
    ),
    responses="counts",
)

MIXTURE = Derivation(
    title="from rates that differ to the negative binomial variance",
    lesson="08",
    given="""\
k = np.arange(150)
factorial = np.cumprod(np.maximum(k, 1.0))
theta = np.exp(np.abs(beta[0]))
mu = np.exp(X @ beta)
g = np.array([1 - 1 / np.sqrt(theta), 1 + 1 / np.sqrt(theta)])
rate = mu[:, None] * g
P = np.mean(rate[:, :, None] ** k * np.exp(-rate[:, :, None]) / factorial, axis=1)""",
    steps=(
        Step(
            r"\operatorname{var}(y) = \operatorname{E}(\mu g) + \operatorname{var}(\mu g)",
            "The variance given g, on average, and that of the mean given g.",
            "variance = np.mean(rate, axis=1) + np.var(rate, axis=1)",
            move="np.sum(k**2 * P, axis=1) - np.sum(k * P, axis=1) ** 2",
        ),
        Step(
            r"= \mu \operatorname{E}(g) + \mu^{2} \operatorname{var}(g)",
            "Take μ out: it is fixed in a row.",
            "variance = mu * np.mean(g) + mu**2 * np.var(g)",
        ),
        Step(
            r"= \mu + \frac{\mu^{2}}{\theta}",
            "A g with mean 1 and variance 1/θ.",
            "variance = mu + mu**2 / theta",
        ),
    ),
)

OVERDISPERSION = Derivation(
    title="from too much variation to honest standard errors",
    lesson="08",
    given="""\
z, weight = np.polynomial.hermite_e.hermegauss(20)
weight = weight / np.sum(weight)
phi = np.exp(beta[0])
mu = np.exp(X @ beta)
Q = np.linalg.qr(np.sqrt(mu)[:, None] * X)[0]
M = np.eye(n) - Q @ Q.T
H = X.T @ (mu[:, None] * X)
inverse = np.linalg.solve(H, np.eye(d))""",
    steps=(
        Step(
            r"\operatorname{var}(y_i) = \varphi\,V(\mu_i)",
            "Let the variance be φ times what the family says.",
            "variance = phi * mu",
            move=None,
        ),
        Step(
            r"\operatorname{E}\,\frac{(y_i - \mu_i)^2}{V(\mu_i)} = \varphi",
            "Divide by V: every row has the same expectation.",
            "ratio = phi * np.ones(n)",
            move="np.sum(weight * (np.sqrt(variance)[:, None] * z) ** 2, axis=1) / mu",
        ),
        Step(
            r"\operatorname{E}(\chi^2) \approx \varphi \sum_{i,j} (I - QQ^\top)_{ij}^2",
            "A fit leaves the part of the rows that Q, from X, does not reach.",
            "chi2 = phi * np.sum((np.eye(n) - Q @ Q.T) ** 2)",
            move="np.trace(M @ np.diag(ratio) @ M.T)",
        ),
        Step(
            r"= \varphi\,(n - d)",
            "A projection is its own square, and Q reaches d directions.",
            "chi2 = phi * (n - d)",
        ),
        Step(
            r"\widehat{\varphi} = \frac{\chi^2}{n - d}",
            "Divide: the estimate is nearly right on average.",
            "phi_hat = chi2 / (n - d)",
            move="phi",
        ),
        Step(
            r"\operatorname{var}(X^\top(y - \mu)) = "
            r"X^\top \operatorname{diag}(\varphi\,\mu)\,X",
            "The score of Poisson counts is a sum over independent rows.",
            "score_variance = X.T @ (variance[:, None] * X)",
            move="X.T @ np.diag(phi_hat * mu) @ X",
        ),
        Step(
            r"= \varphi\,H",
            "Take φ out: what remains is the Hessian.",
            "score_variance = phi * H",
        ),
        Step(
            r"\operatorname{cov}(\hat\beta) \approx H^{-1}(\varphi H)H^{-1} = \varphi\,H^{-1}",
            "The estimate moves by the inverse Hessian times the score.",
            "covariance = phi * inverse",
            move="inverse @ before @ inverse",
        ),
        Step(
            r"\text{SE}_{\text{quasi}} = \sqrt{\varphi}\;\text{SE}",
            "Take the root of the diagonal.",
            "SE = np.sqrt(phi) * np.sqrt(np.diag(inverse))",
            move="np.sqrt(np.diag(before))",
        ),
    ),
    columns=2,
)

QUANTILE_RESIDUALS = Derivation(
    title="from a count to a residual that is normal",
    lesson="08",
    given="""\
from statistics import NormalDist
Phi = np.vectorize(NormalDist().cdf)
k = np.arange(60)
factorial = np.cumprod(np.maximum(k, 1.0))
z = np.sin(X @ beta)
mu = np.exp(X @ beta)
terms = mu[:, None] ** k / factorial
P = terms / np.sum(terms, axis=1, keepdims=True)
F = np.cumsum(P, axis=1)
below = np.column_stack([np.zeros(n), F[:, :59]])
t = Phi(z)
j = np.sum(F < t[:, None], axis=1)
row = np.arange(n)""",
    steps=(
        Step(
            r"P(u \leq t \mid k) = \min\left(1, \max\left(0, "
            r"\frac{t - F(k-1)}{P(k)}\right)\right)",
            "Given the count k, u is uniform between F(k − 1) and F(k).",
            "share = np.clip((t[:, None] - below) / P, 0, 1)",
            move=None,
        ),
        Step(
            r"P(u \leq t) = \sum_k P(k)\,P(u \leq t \mid k)",
            "Add up over all counts.",
            "chance = np.sum(P * share, axis=1)",
            move=None,
        ),
        Step(
            r"= F(j - 1) + P(j)\,\frac{t - F(j-1)}{P(j)}",
            "Counts below j are certain, those above impossible; t lies in the jump at j.",
            "chance = below[row, j] + P[row, j] * (t - below[row, j]) / P[row, j]",
        ),
        Step(
            r"= t",
            "P(j) cancels, then F(j − 1): u is uniform.",
            "chance = t",
        ),
        Step(
            r"P(\Phi^{-1}(u) \leq z) = P(u \leq \Phi(z)) = \Phi(z)",
            "Take t = Φ(z): the residual Φ⁻¹(u) is standard normal.",
            "normal = Phi(z)",
        ),
    ),
)
