"""The derivations of the lessons, in a form that a machine can check.

A derivation is a list of steps. A step says the same thing three times: as algebra, as the
line of NumPy, and, evaluated, as numbers. Its `move` says what was done to the line before.
`evaluate` runs the lines on data and computes for each step what its move leads to, so that
"this line follows from that one" is a comparison of two arrays.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from .checks import numerical_gradient


@dataclass(frozen=True)
class Step:
    """One line of a derivation; `evaluate` fills in `value` and `expected`.

    Attributes
    ----------
    latex : the algebra, as the lesson displays it.
    reason : why it follows from the line before.
    code : "name = expression", in NumPy and with the same symbols.
    move : what the line must equal, in the names of earlier lines; `before` is the line
        before, `derivative(name, by)` the central differences of a line by beta or eta.
        None for a definition, which the lines after it test.
    value, expected : what `code` and `move` give on data.

    >>> step = Step(r"\\text{loss} = -\\ell", "Change the sign.", "loss = -log_likelihood")
    >>> step.name, step.move
    ('loss', 'before')
    """

    latex: str
    reason: str
    code: str
    move: str | None = "before"
    value: object = None
    expected: object = None

    @property
    def name(self):
        """The name that the line of NumPy gives to its value."""
        return self.code.partition(" = ")[0]

    @property
    def agrees(self):
        """Whether the numbers of this line are those that the line before leads to."""
        if self.expected is None:
            return True
        if not np.isfinite(self.expected).all():
            return False
        # central differences are right to about ten digits, algebra to all but rounding
        rtol = 1e-6 if "derivative" in self.move else 1e-10
        size = np.abs(self.expected).max() or 1.0
        return np.allclose(self.value, self.expected, rtol=rtol, atol=rtol * size)


@dataclass(frozen=True)
class Derivation:
    """A list of steps, and the lines of code that stand before the first of them."""

    title: str
    lesson: str
    given: str
    steps: tuple


LINEAR = Derivation(
    title="from the Normal density to the normal equations",
    lesson="02",
    given="""\
sigma = 0.5
eta = X @ beta
mu = eta
delta = np.ones(d)
beta_hat = np.linalg.lstsq(X, y)[0]
Q, R = np.linalg.qr(X)""",
    steps=(
        Step(
            r"p(y_i) = \frac{1}{\sqrt{2\pi\sigma^2}} \, "
            r"\exp\!\left( -\frac{(y_i - \mu_i)^2}{2\sigma^2} \right)",
            "Take the density of one observation.",
            "density = "
            "np.exp(-((y - mu) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi * sigma**2)",
            move=None,
        ),
        Step(
            r"L(\beta) = \prod_{i=1}^{n} \frac{1}{\sqrt{2\pi\sigma^2}} \, "
            r"\exp\!\left( -\frac{(y_i - \mu_i)^2}{2\sigma^2} \right)",
            "Multiply: the observations are independent.",
            "likelihood = np.prod(density)",
            move="np.prod(before)",
        ),
        Step(
            r"\ell(\beta) = \log L(\beta) = \sum_{i=1}^{n} \log p(y_i)",
            "Take the logarithm: a product becomes a sum.",
            "log_likelihood = np.sum(np.log(density))",
            move="np.log(before)",
        ),
        Step(
            r"\ell(\beta) = \sum_{i=1}^{n} \left[ -\frac{(y_i - \mu_i)^2}{2\sigma^2} "
            r"- \frac12 \log(2\pi\sigma^2) \right]",
            "Write out the logarithm: it cancels the exponential.",
            "log_likelihood = np.sum("
            "-((y - mu) ** 2) / (2 * sigma**2) - np.log(2 * np.pi * sigma**2) / 2)",
        ),
        Step(
            r"-\ell(\beta) = \frac{1}{2\sigma^2} \sum_{i=1}^{n} (y_i - \mu_i)^2 "
            r"+ \frac{n}{2} \log(2\pi\sigma^2)",
            "Change the sign: optimisers minimise.",
            "minus_log_likelihood = "
            "np.sum((y - mu) ** 2) / (2 * sigma**2) + n / 2 * np.log(2 * np.pi * sigma**2)",
            move="-before",
        ),
        Step(
            r"\text{loss}(\beta) = \frac12 \sum_{i=1}^{n} (y_i - \mu_i)^2",
            "Drop what is free of β: the constant and the factor 1/σ².",
            "loss = np.sum((y - mu) ** 2) / 2",
            move="sigma**2 * (before - n / 2 * np.log(2 * np.pi * sigma**2))",
        ),
        Step(
            r"\text{loss}(\beta) = \tfrac12 \, (y - X\beta)^\top (y - X\beta)",
            "Write it with vectors: a sum of squares is a squared length.",
            "loss = (y - X @ beta) @ (y - X @ beta) / 2",
        ),
        Step(
            r"\frac{\partial\, \text{loss}}{\partial \beta_j} "
            r"= \sum_{i=1}^{n} (\mu_i - y_i) \, x_{ij}",
            "Differentiate by the chain rule.",
            "gradient = np.array([np.sum((mu - y) * X[:, j]) for j in range(d)])",
            move="derivative('loss', 'beta')",
        ),
        Step(
            r"\nabla \text{loss}(\beta) = X^\top (\mu - y)",
            "Stack the derivatives: the sum is a row of Xᵀ times a vector.",
            "gradient = X.T @ (mu - y)",
        ),
        Step(
            r"H = X^\top X",
            "Differentiate once more: the gradient is linear in β.",
            "hessian = X.T @ X",
            move="derivative('gradient', 'beta')",
        ),
        Step(
            r"\text{loss}(\beta + \delta) = \text{loss}(\beta) "
            r"+ \delta^\top \nabla \text{loss}(\beta) + \tfrac12 \, \delta^\top H \, \delta",
            "A constant second derivative makes an exact parabola.",
            "parabola = loss + delta @ gradient + delta @ hessian @ delta / 2",
            move="np.sum((y - X @ (beta + delta)) ** 2) / 2",
        ),
        Step(
            r"X^\top (y - X\hat\beta) = 0",
            "Set the gradient to zero: the residuals are orthogonal to X.",
            "orthogonal = X.T @ (y - X @ beta_hat)",
            move="np.zeros(d)",
        ),
        Step(
            r"X^\top X \hat\beta = X^\top y",
            "Multiply out: the normal equations.",
            "normal = X.T @ X @ beta_hat",
            move="before + X.T @ y",
        ),
        Step(
            r"R \hat\beta = Q^\top y",
            "Factor X = QR and cancel the transpose of R.",
            "triangular = R @ beta_hat",
            move="Q.T @ y",
        ),
    ),
)

LOGISTIC = Derivation(
    title="from the Bernoulli distribution to the Hessian",
    lesson="04",
    given="""\
eta = X @ beta
mu = 1 / (1 + np.exp(-eta))
v = np.cos(np.arange(d))""",
    steps=(
        Step(
            r"P(y_i) = \begin{cases} \mu_i & y_i = 1 \\ 1 - \mu_i & y_i = 0 \end{cases}",
            "Take the distribution of a 0 or 1.",
            "probability = np.where(y == 1, mu, 1 - mu)",
            move=None,
        ),
        Step(
            r"\;=\; \mu_i^{\,y_i} \, (1 - \mu_i)^{1 - y_i}",
            "An exponent of 1 keeps a factor, an exponent of 0 turns it into 1.",
            "probability = mu**y * (1 - mu) ** (1 - y)",
        ),
        Step(
            r"\eta = g(\mu) = \log \frac{\mu}{1 - \mu}",
            "Stretch 0 to 1 over the whole line: odds, then their logarithm.",
            "log_odds = np.log(mu / (1 - mu))",
            move="eta",
        ),
        Step(
            r"e^{\eta} = \frac{\mu}{1 - \mu}",
            "Undo the logarithm.",
            "odds = mu / (1 - mu)",
            move="np.exp(eta)",
        ),
        Step(
            r"e^{\eta} (1 - \mu) = \mu",
            "Multiply by 1 − μ.",
            "mean = np.exp(eta) * (1 - mu)",
            move="mu",
        ),
        Step(
            r"\mu = \frac{e^{\eta}}{1 + e^{\eta}}",
            "Collect μ and divide.",
            "mean = np.exp(eta) / (1 + np.exp(eta))",
        ),
        Step(
            r"\mu = \frac{1}{1 + e^{-\eta}} = S(\eta)",
            "Divide by the exponential above and below.",
            "mu = 1 / (1 + np.exp(-eta))",
        ),
        Step(
            r"S'(\eta) = \frac{e^{-\eta}}{(1 + e^{-\eta})^2}",
            "Differentiate the fraction.",
            "slope = np.exp(-eta) / (1 + np.exp(-eta)) ** 2",
            move="derivative('mu', 'eta')",
        ),
        Step(
            r"= \frac{1}{1 + e^{-\eta}} \cdot \frac{e^{-\eta}}{1 + e^{-\eta}}",
            "Split it into two fractions.",
            "slope = 1 / (1 + np.exp(-eta)) * (np.exp(-eta) / (1 + np.exp(-eta)))",
        ),
        Step(
            r"= S(\eta) \, \bigl(1 - S(\eta)\bigr)",
            "The second fraction is 1 − S.",
            "slope = mu * (1 - mu)",
        ),
        Step(
            r"L(\beta) = \prod_{i=1}^{n} \mu_i^{\,y_i} (1 - \mu_i)^{1 - y_i}",
            "Multiply: the observations are independent.",
            "likelihood = np.prod(mu**y * (1 - mu) ** (1 - y))",
            move="np.prod(probability)",
        ),
        Step(
            r"\ell(\beta) = \log L(\beta) "
            r"= \sum_{i=1}^{n} \bigl[\, y_i \log \mu_i + (1 - y_i) \log (1 - \mu_i) \,\bigr]",
            "Take the logarithm: a product becomes a sum.",
            "log_likelihood = np.sum(y * np.log(mu) + (1 - y) * np.log(1 - mu))",
            move="np.log(before)",
        ),
        Step(
            r"\text{loss}(\beta) = -\ell(\beta)",
            "Change the sign: the highest likelihood is the smallest loss.",
            "loss = -log_likelihood",
            move="-before",
        ),
        Step(
            r"\log \mu = \log \frac{e^\eta}{1 + e^\eta}",
            "Put the link into the first logarithm.",
            "log_mu = np.log(np.exp(eta) / (1 + np.exp(eta)))",
            move="np.log(mu)",
        ),
        Step(
            r"= \eta - \log(1 + e^\eta)",
            "The logarithm of a fraction is a difference.",
            "log_mu = eta - np.log(1 + np.exp(eta))",
        ),
        Step(
            r"\log(1 - \mu) = \log \frac{1}{1 + e^\eta}",
            "Put the link into the second logarithm.",
            "log_rest = np.log(1 / (1 + np.exp(eta)))",
            move="np.log(1 - mu)",
        ),
        Step(
            r"= - \log(1 + e^\eta)",
            "The logarithm of 1 is 0.",
            "log_rest = -np.log(1 + np.exp(eta))",
        ),
        Step(
            r"\text{loss}(\beta) = \sum_{i=1}^{n} "
            r"\bigl[\, \log(1 + e^{\eta_i}) - y_i \eta_i \,\bigr]",
            "Collect the term that stands in both halves.",
            "loss = np.sum(np.log(1 + np.exp(eta)) - y * eta)",
            move="-np.sum(y * log_mu + (1 - y) * log_rest)",
        ),
        Step(
            r"\log(1 + e^{\eta_i}) - y_i \eta_i",
            "Look at one row of the sum.",
            "row = np.log(1 + np.exp(eta)) - y * eta",
            move="-(y * np.log(mu) + (1 - y) * np.log(1 - mu))",
        ),
        Step(
            r"\frac{\partial}{\partial \eta_i} "
            r"\bigl[\, \log(1 + e^{\eta_i}) - y_i \eta_i \,\bigr] "
            r"= \frac{e^{\eta_i}}{1 + e^{\eta_i}} - y_i",
            "Differentiate it by its own η.",
            "residual = np.exp(eta) / (1 + np.exp(eta)) - y",
            move="derivative('row', 'eta')",
        ),
        Step(
            r"= \mu_i - y_i",
            "The fraction is the sigmoid: the prediction minus the truth.",
            "residual = mu - y",
        ),
        Step(
            r"-\Bigl[\, y_i \frac{\mu_i (1 - \mu_i)}{\mu_i} "
            r"- (1 - y_i) \frac{\mu_i (1 - \mu_i)}{1 - \mu_i} \,\Bigr]",
            "Take the listing's road to the same place, through S' = S (1 − S).",
            "residual = -(y * mu * (1 - mu) / mu - (1 - y) * mu * (1 - mu) / (1 - mu))",
        ),
        Step(
            r"= \underbrace{(1 - y_i)\, \mu_i}_{b_i} - \underbrace{y_i (1 - \mu_i)}_{a_i}",
            "Cancel in both fractions.",
            "residual = (1 - y) * mu - y * (1 - mu)",
        ),
        Step(
            r"\frac{\partial\, \text{loss}}{\partial \beta_j} "
            r"= \sum_{i=1}^{n} x_{ij} (\mu_i - y_i)",
            "Use the chain rule: η has the derivative x.",
            "gradient = np.array([np.sum(X[:, j] * (mu - y)) for j in range(d)])",
            move="derivative('loss', 'beta')",
        ),
        Step(
            r"\nabla \text{loss}(\beta) = X^\top (\mu - y)",
            "Write the sums as one matrix product.",
            "gradient = X.T @ (mu - y)",
        ),
        Step(
            r"W = \operatorname{diag}\bigl(\mu_i (1 - \mu_i)\bigr)",
            "The slope of μ in η is S'; put one for each row on a diagonal.",
            "W = np.diag(mu * (1 - mu))",
            move="np.diag(derivative('mu', 'eta'))",
        ),
        Step(
            r"H(\beta) = X^\top W X",
            "Differentiate the gradient: the chain rule brings a second X.",
            "hessian = X.T @ W @ X",
            move="derivative('gradient', 'beta')",
        ),
        Step(
            r"v^\top H v = \sum_{i=1}^{n} \mu_i (1 - \mu_i) \, (x_i^\top v)^2 \;\ge\; 0",
            "Along any direction v it is a sum of squares: the loss is convex.",
            "curvature = np.sum(mu * (1 - mu) * (X @ v) ** 2)",
            move="v @ before @ v",
        ),
    ),
)

POISSON = Derivation(
    title="from the Poisson distribution to the Hessian",
    lesson="06",
    given="""\
counts = np.arange(100.0)
factorial = np.cumprod(np.maximum(counts, 1))
y_factorial = factorial[y.astype(int)]
mu = np.exp(X @ beta)""",
    steps=(
        Step(
            r"P(y) = \frac{\mu^{y} e^{-\mu}}{y!}",
            "Take the distribution of a count.",
            "probability = mu**y * np.exp(-mu) / y_factorial",
            move=None,
        ),
        Step(
            r"\sum_y y\,P(y) = \mu",
            "Sum over all counts: the mean.",
            "mean = np.array("
            "[np.sum(counts * m**counts * np.exp(-m) / factorial) for m in mu])",
            move="mu",
        ),
        Step(
            r"\sum_y (y - \mu)^2\,P(y) = V(\mu) = \mu",
            "Sum the squared distances: the variance equals the mean.",
            "variance = np.array("
            "[np.sum((counts - m) ** 2 * m**counts * np.exp(-m) / factorial) for m in mu])",
            move="before",
        ),
        Step(
            r"\eta = X\beta",
            "The linear predictor can be any number.",
            "eta = X @ beta",
            move=None,
        ),
        Step(
            r"\mu = e^{\eta}",
            "The exponential of it is positive, as a mean of counts must be.",
            "mu = np.exp(eta)",
            move="np.exp(before)",
        ),
        Step(
            r"g(\mu) = \log \mu = \eta",
            "The logarithm goes back: it is the link.",
            "log_mu = np.log(mu)",
            move="eta",
        ),
        Step(
            r"L(\beta) = \prod_i \frac{\mu_i^{y_i} e^{-\mu_i}}{y_i!}",
            "Multiply: the observations are independent.",
            "likelihood = np.prod(mu**y * np.exp(-mu) / y_factorial)",
            move="np.prod(probability)",
        ),
        Step(
            r"-\log L(\beta) = \sum_i \left( \mu_i - y_i \log \mu_i + \log y_i! \right)",
            "Take the logarithm, and a minus.",
            "minus_log_likelihood = np.sum(mu - y * np.log(mu) + np.log(y_factorial))",
            move="-np.log(before)",
        ),
        Step(
            r"-\log L(\beta) = \sum_i \left( e^{\eta_i} - y_i \eta_i \right) "
            r"+ \sum_i \log y_i!",
            "Use the link: log μ is η.",
            "minus_log_likelihood = "
            "np.sum(np.exp(eta) - y * eta) + np.sum(np.log(y_factorial))",
        ),
        Step(
            r"\text{loss}(\beta) = \sum_i \left( e^{\eta_i} - y_i \eta_i \right)",
            "Drop the sum that is free of β.",
            "loss = np.sum(np.exp(eta) - y * eta)",
            move="before - np.sum(np.log(y_factorial))",
        ),
        Step(
            r"\left( e^{\eta_i} - y_i \eta_i \right)",
            "Look at one row of the sum.",
            "row = np.exp(eta) - y * eta",
            move="mu - y * np.log(mu)",
        ),
        Step(
            r"\frac{\partial}{\partial \eta_i} \left( e^{\eta_i} - y_i \eta_i \right) "
            r"= e^{\eta_i} - y_i",
            "Differentiate: the exponential is its own derivative.",
            "residual = np.exp(eta) - y",
            move="derivative('row', 'eta')",
        ),
        Step(
            r"= \mu_i - y_i",
            "The exponential of η is the mean.",
            "residual = mu - y",
        ),
        Step(
            r"\frac{\partial\, \text{loss}}{\partial \beta_j} = \sum_i (\mu_i - y_i) X_{ij}",
            "Use the chain rule; the sum over the rows stays.",
            "gradient = np.array([np.sum((mu - y) * X[:, j]) for j in range(d)])",
            move="derivative('loss', 'beta')",
        ),
        Step(
            r"\nabla \text{loss}(\beta) = X^{\mathsf T} (\mu - y)",
            "Write the sums as one matrix product.",
            "gradient = X.T @ (mu - y)",
        ),
        Step(
            r"\frac{\partial \log L}{\partial \beta} = X^{\mathsf T} (y - \mu)",
            "Differentiate the log-likelihood instead: the score.",
            "score = X.T @ (y - mu)",
            move="-derivative('minus_log_likelihood', 'beta')",
        ),
        Step(
            r"= -\nabla \text{loss}(\beta)",
            "The loss is minus the log-likelihood, so the score is minus the gradient.",
            "score = -gradient",
        ),
        Step(
            r"H_{jk} = \sum_i X_{ij} \, \mu_i \, X_{ik}",
            "Differentiate the gradient: only μ depends on β.",
            "hessian = np.array("
            "[[np.sum(X[:, j] * mu * X[:, k]) for k in range(d)] for j in range(d)])",
            move="derivative('gradient', 'beta')",
        ),
        Step(
            r"H(\beta) = X^{\mathsf T} \operatorname{diag}(\mu) \, X",
            "Write the sums as a product of matrices.",
            "hessian = X.T @ np.diag(mu) @ X",
        ),
    ),
)

SLOPE = Derivation(
    title="from the sum of squares to the best slope",
    lesson="00",
    given="""\
x = X[:, 0]
slope = beta[:1]""",
    steps=(
        Step(
            r"\text{loss}(\beta) = \tfrac12 \sum_i (y_i - \beta x_i)^2",
            "Square the misses, so that both sides count.",
            "loss = np.sum((y - slope * x) ** 2) / 2",
            move=None,
        ),
        Step(
            r"\nabla \text{loss}(\beta) = \sum_i (\beta x_i - y_i) \, x_i",
            "Differentiate: the inner derivative is −x.",
            "gradient = np.sum((slope * x - y) * x)",
            move="derivative('loss', 'slope')",
        ),
        Step(
            r"\nabla \text{loss}(\beta) = \beta \sum_i x_i^2 - \sum_i x_i y_i",
            "Sort by β: the sum splits.",
            "gradient = slope * np.sum(x**2) - np.sum(x * y)",
        ),
        Step(
            r"\hat\beta = \frac{\sum_i x_i y_i}{\sum_i x_i^2}",
            "Set it to zero: at the bottom the loss is flat.",
            "beta_hat = np.sum(x * y) / np.sum(x**2)",
            move="slope - before / np.sum(x**2)",
        ),
    ),
)

READING = Derivation(
    title="from the probability to the odds ratio, and to a cause left out",
    lesson="05",
    given="""\
from statistics import NormalDist
Phi = np.vectorize(NormalDist().cdf)
z, weight = np.polynomial.hermite_e.hermegauss(80)
weight = weight / np.sum(weight)
gamma, t = 0.8, 2.0
c = 16 * np.sqrt(3) / (15 * np.pi)
delta = beta / t
beta_1 = beta[0]
eta = X @ beta
mu = 1 / (1 + np.exp(-eta))
p_0 = mu""",
    steps=(
        Step(
            r"\text{odds} = \frac{\mu}{1 - \mu}",
            "Compare the event with its absence.",
            "odds = mu / (1 - mu)",
            move=None,
        ),
        Step(
            r"\frac{\mu}{1 - \mu} = \frac{1}{e^{-\eta}}",
            "Divide the two: the common denominator cancels.",
            "odds = 1 / np.exp(-eta)",
        ),
        Step(
            r"= e^{\eta}",
            "One over an exponential changes the sign of its exponent.",
            "odds = np.exp(eta)",
        ),
        Step(
            r"g(\mu) = \log \frac{\mu}{1 - \mu} = \eta = X\beta",
            "Take the logarithm: it undoes the exponential.",
            "log_odds = np.log(mu / (1 - mu))",
            move="X @ beta",
        ),
        Step(
            r"\text{odds after} = e^{\eta + \beta_1} = e^{\beta_1} \cdot \text{odds before}",
            "Add one unit: a sum of exponents is a product.",
            "after = np.exp(beta_1) * odds",
            move="np.exp(eta + beta_1)",
        ),
        Step(
            r"\mu = \frac{\text{odds}}{1 + \text{odds}}",
            "Solve the odds for μ.",
            "mean = odds / (1 + odds)",
            move="mu",
        ),
        Step(
            r"p_1 = \frac{e^{\beta_1} p_0/(1 - p_0)}{1 + e^{\beta_1} p_0/(1 - p_0)}",
            "Put the odds after into it.",
            "p_1 = np.exp(beta_1) * p_0 / (1 - p_0) / (1 + np.exp(beta_1) * p_0 / (1 - p_0))",
            move="after / (1 + after)",
        ),
        Step(
            r"= \frac{e^{\beta_1} p_0}{1 - p_0 + e^{\beta_1} p_0}",
            "Multiply above and below by 1 − p₀.",
            "p_1 = np.exp(beta_1) * p_0 / (1 - p_0 + np.exp(beta_1) * p_0)",
        ),
        Step(
            r"\frac{p_1}{p_0} = \frac{e^{\beta_1}}{1 - p_0 + e^{\beta_1} p_0}",
            "Divide by p₀: the risk ratio.",
            "risk_ratio = np.exp(beta_1) / (1 - p_0 + np.exp(beta_1) * p_0)",
            move="before / p_0",
        ),
        Step(
            r"\frac{\partial \mu}{\partial x} = \frac{d\mu}{d\eta} \cdot "
            r"\frac{\partial \eta}{\partial x} = \mu (1 - \mu)\, \beta_1",
            "Use the chain rule: η has the derivative β₁.",
            "effect = mu * (1 - mu) * beta_1",
            move="derivative('mu', 'eta') * beta_1",
        ),
        Step(
            r"\mu^2 - \mu + \tfrac14 \geq 0",
            "Multiply out the square of μ − 1/2.",
            "square = mu**2 - mu + 1 / 4",
            move="(mu - 1 / 2) ** 2",
        ),
        Step(
            r"\mu (1 - \mu) \leq \tfrac14",
            "Take the square away from a quarter.",
            "product = mu * (1 - mu)",
            move="1 / 4 - before",
        ),
        Step(
            r"\left| \frac{\partial \mu}{\partial x} \right| \leq \frac{|\beta_1|}{4}",
            "Multiply by the size of β₁: what is missing is never negative.",
            "bound = np.abs(beta_1) / 4",
            move="np.abs(effect) + np.abs(beta_1) * square",
        ),
        Step(
            r"\log(1 + e^{\eta}) - y\eta = \log(1 + e^{-|\eta|})",
            "Let y be 1 exactly where η is positive.",
            "row = np.log(1 + np.exp(-np.abs(eta)))",
            move="np.log(1 + np.exp(eta)) - (eta > 0) * eta",
        ),
        Step(
            r"|\eta| = t\,|x^{\top}\delta|",
            "Write β as t times a direction.",
            "size = t * np.abs(X @ delta)",
            move="np.abs(eta)",
        ),
        Step(
            r"\operatorname{E}(\eta + \gamma z) = \eta",
            "Average over z: its mean is zero.",
            "average = eta",
            move="weight @ (eta + gamma * z[:, None])",
        ),
        Step(
            r"\operatorname{E}\, e^{\eta + \gamma z} = e^{\eta}\, "
            r"\operatorname{E}\, e^{\gamma z}",
            "Take the factor that is free of z out of the average.",
            "average = np.exp(eta) * (weight @ np.exp(gamma * z))",
            move="weight @ np.exp(eta + gamma * z[:, None])",
        ),
        Step(
            r"= e^{\eta + \gamma^2/2}",
            "The average of the exponential of a normal variable has this form.",
            "average = np.exp(eta + gamma**2 / 2)",
        ),
        Step(
            r"P(w - c\gamma z \leq c\eta) = "
            r"\Phi\!\left( \frac{c\eta}{\sqrt{1 + c^2\gamma^2}} \right)",
            "Divide by the standard deviation of the difference.",
            "average = Phi(c * eta / np.sqrt(1 + c**2 * gamma**2))",
            move="weight @ Phi(c * eta + c * gamma * z[:, None])",
        ),
    ),
)

DESCENT = Derivation(
    title="from the step to the limit of the learning rate",
    lesson="03",
    given="""\
hessian = X.T @ X
eigenvalues, Q = np.linalg.eigh(hessian)
low, high = np.min(eigenvalues), np.max(eigenvalues)
learning_rate = 1 / np.trace(hessian)
best = 2 / (low + high)
I = np.eye(d)
loss = np.sum((y - X @ beta) ** 2) / 2
gradient = X.T @ (X @ beta - y)
beta_hat = np.linalg.lstsq(X, y)[0]
error = beta - beta_hat
c = Q.T @ error""",
    steps=(
        Step(
            r"\beta_{k+1} = \beta_k - \alpha \, \nabla(\beta_k)",
            "Go against the gradient.",
            "following = beta - learning_rate * gradient",
            move=None,
        ),
        Step(
            r"\nabla(\beta) = X^\top (X\beta - y)",
            "Take the gradient of half a sum of squares.",
            "gradient = X.T @ (X @ beta - y)",
            move="derivative('loss', 'beta')",
        ),
        Step(
            r"= X^\top X \beta - X^\top y",
            "Multiply out.",
            "gradient = X.T @ X @ beta - X.T @ y",
        ),
        Step(
            r"= X^\top X \, (\beta - \hat\beta)",
            "Use the normal equations.",
            "gradient = X.T @ X @ (beta - beta_hat)",
        ),
        Step(
            r"= H \, (\beta - \hat\beta)",
            "The Hessian is the same at every β.",
            "gradient = hessian @ (beta - beta_hat)",
        ),
        Step(
            r"e_{k+1} = e_k - \alpha H e_k",
            "Subtract the minimum on both sides of the step.",
            "error_after = error - learning_rate * hessian @ error",
            move="following - beta_hat",
        ),
        Step(
            r"= (I - \alpha H) \, e_k",
            "Take the error out.",
            "error_after = (I - learning_rate * hessian) @ error",
        ),
        Step(
            r"e_k = (I - \alpha H)^k \, e_0",
            "Every step multiplies by the same matrix.",
            "errors = np.linalg.matrix_power(I - learning_rate * hessian, 2) @ error",
            move="before - learning_rate * hessian @ before",
        ),
        Step(
            r"c_k = Q^\top (I - \alpha H)^k Q \, c_0",
            "Look along the eigenvectors.",
            "along = Q.T @ np.linalg.matrix_power(I - learning_rate * hessian, 2) @ Q @ c",
            move="Q.T @ before",
        ),
        Step(
            r"= (I - \alpha \Lambda)^k \, c_0",
            "Between all factors Q cancels.",
            "along = np.linalg.matrix_power(I - learning_rate * np.diag(eigenvalues), 2) @ c",
        ),
        Step(
            r"c_{i,k} = (1 - \alpha \lambda_i)^k \, c_{i,0}",
            "A diagonal matrix acts on each direction by itself.",
            "along = (1 - learning_rate * eigenvalues) ** 2 * c",
        ),
        Step(
            r"-1 < 1 - \alpha \lambda_i < 1",
            "The error shrinks when every factor is inside.",
            "factors = 1 - learning_rate * eigenvalues",
            move="Q.T @ error_after / c",
        ),
        Step(
            r"0 < \alpha < \frac{2}{\lambda_i}",
            "Raise the rate until the factor is −1.",
            "limits = 2 / eigenvalues",
            move="learning_rate + (before + 1) / eigenvalues",
        ),
        Step(
            r"\alpha < \frac{2}{\lambda_{\max}}",
            "The steepest direction is the first to break it.",
            "limit = 2 / high",
            move="np.min(before)",
        ),
        Step(
            r"1 - \alpha \lambda_{\min} = -(1 - \alpha \lambda_{\max})",
            "Make the slowest and the steepest equally large.",
            "slowest = 1 - best * low",
            move="-(1 - best * high)",
        ),
        Step(
            r"\alpha^* = \frac{2}{\lambda_{\min} + \lambda_{\max}}",
            "Solve for the rate.",
            "best = 2 / (low + high)",
            move="(1 - before) / low",
        ),
        Step(
            r"\kappa = \frac{\lambda_{\max}}{\lambda_{\min}}",
            "Compare the steepest with the flattest.",
            "kappa = high / low",
            move="np.linalg.cond(hessian)",
        ),
        Step(
            r"\frac{\kappa - 1}{\kappa + 1}",
            "Write the factor of the best rate with it.",
            "factor = (kappa - 1) / (kappa + 1)",
            move="slowest",
        ),
        Step(
            r"k = \frac{\log 10}{-\log(1 - \alpha \lambda_{\min})}",
            "Take logarithms: a digit is a factor of ten.",
            "digit = np.log(10) / -np.log(1 - learning_rate * low)",
            move="np.log(1 / 10) / np.log(np.max(factors))",
        ),
    ),
)

DERIVATIONS = {
    "slope": SLOPE,
    "linear": LINEAR,
    "descent": DESCENT,
    "logistic": LOGISTIC,
    "reading": READING,
    "poisson": POISSON,
}


def evaluate(derivation, X, y, beta, **fixed):
    """The steps of a derivation with their numbers, at one (X, y, β).

    Parameters
    ----------
    derivation : a Derivation, or its name in DERIVATIONS, such as "linear".
    X (n, d), y (n,), beta (d,) : the data and the point.
    fixed : values of names such as sigma or eta, which the lines then cannot change.

    Returns a tuple of Step. `value` comes from running `code`, `expected` from `move`.
    Raises KeyError for an unknown derivation, and whatever a line raises.

    >>> steps = evaluate("poisson", np.ones((2, 1)), np.array([1, 2]), np.array([0.0]))
    >>> steps[9].code, float(steps[9].value)
    ('loss = np.sum(np.exp(eta) - y * eta)', 2.0)
    >>> all(step.agrees for step in steps)
    True
    """
    if isinstance(derivation, str):
        derivation = DERIVATIONS[derivation]
    X, y, beta = (np.asarray(array, dtype=float) for array in (X, y, beta))
    fixed = {"X": X, "y": y, "beta": beta, **fixed}
    lines, done, before = derivation.given.splitlines(), [], None
    for step in derivation.steps:
        names = run(lines, fixed)

        def derivative(name, by, lines=tuple(lines), names=names):
            slopes = numerical_gradient(
                lambda at: run(lines, {**fixed, by: at})[name], names[by]
            )
            return np.diag(slopes) if by == "eta" else slopes  # each row has an η of its own

        scope = {**names, "before": before, "derivative": derivative}
        expected = None if step.move is None else eval(compiled(step.move, "eval"), scope)
        lines.append(step.code)
        before = run(lines, fixed)[step.name]
        done.append(replace(step, value=before, expected=expected))
    return tuple(done)


def run(lines, fixed):
    """The names that the lines leave behind; those in `fixed` stay as they are."""
    n, d = fixed["X"].shape
    names = {"np": np, "n": n, "d": d, **fixed}
    for line in lines:
        exec(compiled(line, "exec"), names)
        names.update(fixed)
    return names


@cache
def compiled(code, mode):
    return compile(code, "derivation", mode)
