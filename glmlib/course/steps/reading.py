"""Lesson 05: what an odds ratio is, and what a cause left out does."""

from .step import Derivation, Step

READING = Derivation(
    title="from the probability to the odds ratio, and to a change of probability",
    lesson="05",
    given="""\
*_, beta_1 = beta
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
            "Multiply numerator and denominator by 1 − p₀.",
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
            "Subtract the square from a quarter.",
            "product = mu * (1 - mu)",
            move="1 / 4 - before",
        ),
        Step(
            r"\left| \frac{\partial \mu}{\partial x} \right| \leq \frac{|\beta_1|}{4}",
            "Multiply by the size of β₁: what is missing is never negative.",
            "bound = np.abs(beta_1) / 4",
            move="np.abs(effect) + np.abs(beta_1) * square",
        ),
    ),
    responses="zeros and ones",
)

CAUSE_LEFT_OUT = Derivation(
    title="from a direction that separates to a cause left out",
    lesson="05",
    given="""\
from statistics import NormalDist
Phi = np.vectorize(NormalDist().cdf)
z, weight = np.polynomial.hermite_e.hermegauss(80)
weight = weight / np.sum(weight)
gamma, t = 0.8, 2.0
c = 16 * np.sqrt(3) / (15 * np.pi)
delta = beta / t
eta = X @ beta""",
    steps=(
        Step(
            r"\log(1 + e^{\eta}) - y\eta = \log(1 + e^{-|\eta|})",
            "Let y be 1 exactly where η is positive.",
            "row = np.log(1 + np.exp(-np.abs(eta)))",
            move="np.log(1 + np.exp(eta)) - (eta > 0) * eta",
        ),
        Step(
            r"|\eta| = t\,|x^\top \delta|",
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
    responses="zeros and ones",
)
