"""Lesson 10: what the coefficient of a level says, and what an assessment measures."""

from .step import Derivation, Step

LEVELS = Derivation(
    title="from the columns of a factor to the odds ratio of a level",
    lesson="10",
    given="""\
level = np.append(np.arange(n) % d, np.repeat(np.arange(d), 2))
low = np.append(y, np.arange(2 * d) % 2)
indicator = np.equal.outer(level, np.arange(d)) * 1.0
n_k = np.sum(indicator, axis=0)
share = indicator.T @ low / n_k
beta_k = np.append(0.0, beta[1:])
beta_s = beta[1]
eta = (beta[0] + beta_k)[level]
mu_k = 1 / (1 + np.exp(-beta[0] - beta_k))
mu = 1 / (1 + np.exp(-eta))
loss = np.log(1 + np.exp(eta)) - low * eta""",
    steps=(
        Step(
            r"\eta_k = \beta_0 + \beta_k \qquad \beta_r = 0",
            "Each level has a column of its own but one, the reference r.",
            "eta_k = beta[0] + beta_k",
            move=None,
        ),
        Step(
            r"\frac{\partial\,\text{loss}}{\partial \beta_k} "
            r"= \sum_{i \in k} (\mu_i - y_i)",
            "The gradient of a row by its η is μ − y; the column of k keeps its rows.",
            "gradient = indicator.T @ (mu - low)",
            move="indicator.T @ derivative('loss', 'eta')",
        ),
        Step(
            r"= n_k (\mu_k - \bar y_k)",
            "All rows of a level have the same mean.",
            "gradient = n_k * (mu_k - share)",
        ),
        Step(
            r"\hat\mu_k = \bar y_k",
            "At the minimum the sum is zero.",
            "fitted = share",
            move="mu_k - before / n_k",
        ),
        Step(
            r"\hat\eta_k = \log \frac{\bar y_k}{1 - \bar y_k}",
            "Take the link: the log-odds of the share.",
            "log_odds = np.log(share / (1 - share))",
            move="-np.log(1 / before - 1)",
        ),
        Step(
            r"\hat\beta_k = \log \frac{\bar y_k}{1 - \bar y_k} "
            r"- \log \frac{\bar y_r}{1 - \bar y_r}",
            "Subtract the intercept, which is the log-odds of the reference.",
            "coefficient = np.log(share / (1 - share)) - np.log(share[0] / (1 - share[0]))",
            move="before - before[0]",
        ),
        Step(
            r"e^{\hat\beta_k} = \frac{\bar y_k / (1 - \bar y_k)}{\bar y_r / (1 - \bar y_r)}",
            "The exponential of a difference is a ratio.",
            "odds_ratio = share / (1 - share) / (share[0] / (1 - share[0]))",
            move="np.exp(before)",
        ),
        Step(
            r"(\beta_0 + \beta_s) + (\beta_k - \beta_s) = \beta_0 + \beta_k = \eta_k",
            "Make s the reference: what the intercept gains, each level loses.",
            "again = (beta[0] + beta_s) + (beta_k - beta_s)",
            move="eta_k",
        ),
    ),
    responses="zeros and ones",
    columns=2,
)

ASSESSMENT = Derivation(
    title="from the probability of what happened to calibration",
    lesson="10",
    given="""\
eta = X @ beta
mu = 1 / (1 + np.exp(-eta))
p = np.tanh(np.abs(eta))
a_b = np.array([0.0, 1.0])
m = 1 / (1 + np.exp(-(a_b[0] + a_b[1] * eta)))""",
    steps=(
        Step(
            r"s(y, \mu) = -y \log \mu - (1 - y) \log(1 - \mu)",
            "Minus the logarithm of the probability that was given to what happened.",
            "log_score = -y * np.log(mu) - (1 - y) * np.log(1 - mu)",
            move=None,
        ),
        Step(
            r"= \log(1 + e^{\eta}) - y \eta",
            "Put the sigmoid in: this is the loss of the row.",
            "log_score = np.log(1 + np.exp(eta)) - y * eta",
        ),
        Step(
            r"\operatorname{E}\,s(Y, \mu) = -p \log \mu - (1 - p) \log(1 - \mu)",
            "Average over what may happen, 1 with probability p.",
            "expected = -p * np.log(mu) - (1 - p) * np.log(1 - mu)",
            move="p * (before - (1 - y) * eta) + (1 - p) * (before + y * eta)",
        ),
        Step(
            r"\frac{d}{d\mu} \operatorname{E}\,s(Y, \mu) = -\frac{p}{\mu} "
            r"+ \frac{1 - p}{1 - \mu}",
            "Differentiate by the forecast μ.",
            "slope = -p / mu + (1 - p) / (1 - mu)",
            move="np.diag(derivative('expected', 'mu'))",
        ),
        Step(
            r"= \frac{\mu - p}{\mu (1 - \mu)}",
            "Bring both to one denominator: it is zero at μ = p alone.",
            "slope = (mu - p) / (mu * (1 - mu))",
        ),
        Step(
            r"\text{loss}(a, b) = \sum_i \log(1 + e^{a + b \eta_i}) - y_i (a + b \eta_i)",
            "Allow the log-odds a shift and a stretch.",
            "loss = np.sum(np.log(1 + np.exp(a_b[0] + a_b[1] * eta)) "
            "- y * (a_b[0] + a_b[1] * eta))",
            move="-np.sum(np.log(np.where(y == 1, m, 1 - m)))",
        ),
        Step(
            r"\nabla \text{loss}(0, 1) = \Big( \sum_i (\mu_i - y_i), "
            r"\; \sum_i \eta_i (\mu_i - y_i) \Big)",
            "Differentiate at a = 0 and b = 1, where nothing is shifted or stretched.",
            "gradient = np.array([np.sum(mu - y), np.sum(eta * (mu - y))])",
            move="derivative('loss', 'a_b')",
        ),
        Step(
            r"\sum_i \eta_i (\mu_i - y_i) = \beta^{\top} X^{\top} (\mu - y)",
            "Write η as Xβ: this is the gradient of the model once more.",
            "inner = beta @ (X.T @ (mu - y))",
            move="before[1]",
        ),
    ),
    responses="zeros and ones",
)
