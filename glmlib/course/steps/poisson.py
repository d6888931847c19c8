"""Lesson 06: from the Poisson distribution to the Hessian."""

from .step import Derivation, Step

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
            r"\nabla \text{loss}(\beta) = X^\top (\mu - y)",
            "Write the sums as one matrix product.",
            "gradient = X.T @ (mu - y)",
        ),
        Step(
            r"\frac{\partial \log L}{\partial \beta} = X^\top (y - \mu)",
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
            r"H(\beta) = X^\top \operatorname{diag}(\mu) \, X",
            "Write the sums as a product of matrices.",
            "hessian = X.T @ np.diag(mu) @ X",
        ),
    ),
    responses="counts",
)

POISSON_RATES = Derivation(
    title="from the learning rate to rates of events",
    lesson="06",
    given="""\
mu = np.exp(X @ beta)
loss = np.sum(mu - y * (X @ beta))
gradient = X.T @ (mu - y)
hessian = X.T @ np.diag(mu) @ X
learning_rate = 1 / np.trace(hessian)
beta_0 = np.log(np.sum(y)) - np.log(n)
t = np.exp(np.cos(X[:, 0]))
u = t / np.mean(t)""",
    steps=(
        Step(
            r"\beta^{(k+1)} = \beta^{(k)} - \alpha \, \nabla \text{loss}(\beta^{(k)})",
            "Go against the gradient of the loss.",
            "beta_after = beta - learning_rate * gradient",
            move="beta - learning_rate * derivative('loss', 'beta')",
        ),
        Step(
            r"\alpha < \frac{2}{\lambda_{\max}(H)}",
            "The steepest direction is the first whose factor is −1.",
            "limit = 2 / np.max(np.linalg.eigvalsh(hessian))",
            move="2 / np.linalg.norm(derivative('gradient', 'beta'), 2)",
        ),
        Step(
            r"\sum_i (\mu - y_i) = 0",
            "Set the gradient of the intercept to zero.",
            "balance = np.sum(np.exp(beta_0) - y)",
            move="0.0",
        ),
        Step(
            r"\mu = \bar y",
            "Solve for the one mean.",
            "mean = np.mean(y)",
            move="np.exp(beta_0)",
        ),
        Step(
            r"\beta_0 = \log \bar y",
            "The link leads to the intercept.",
            "beta_0 = np.log(np.mean(y))",
            move="beta_0",
        ),
        Step(
            r"\mu_i = t_i \, e^{x_i^\top \beta}",
            "Multiply the rate by the exposure.",
            "mu = t * np.exp(X @ beta)",
            move=None,
        ),
        Step(
            r"\log \mu_i = x_i^\top \beta + \log t_i",
            "Take logarithms: the exposure becomes an offset.",
            "log_mu = X @ beta + np.log(t)",
            move="np.log(before)",
        ),
        Step(
            r"\log \operatorname{E}(y) \; \geq \; \operatorname{E}(\log y)",
            "Their difference averages u − 1 − log u, which is never negative.",
            "gap = np.log(np.mean(t)) - np.mean(np.log(t))",
            move="np.mean(u - 1 - np.log(u))",
        ),
    ),
    responses="counts",
)
