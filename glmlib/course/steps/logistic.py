"""Lesson 04: from the Bernoulli distribution to the Hessian."""

from .step import Derivation, Step

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
            "Divide numerator and denominator by the exponential.",
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
    responses="zeros and ones",
)

LOGISTIC_ERRORS = Derivation(
    title="from the step to its limit, and from the Hessian to standard errors",
    lesson="04",
    given="""\
mu = 1 / (1 + np.exp(-X @ beta))
loss = np.sum(np.log(1 + np.exp(X @ beta)) - y * (X @ beta))
gradient = X.T @ (mu - y)
hessian = X.T @ np.diag(mu * (1 - mu)) @ X
eigenvalues, Q = np.linalg.eigh(hessian)
low, high = np.min(eigenvalues), np.max(eigenvalues)
learning_rate = 1 / np.trace(hessian)
beta_hat = beta - np.linalg.solve(hessian, gradient)""",
    steps=(
        Step(
            r"\beta \leftarrow \beta - \alpha \, \nabla \text{loss}(\beta)",
            "Go against the gradient of the loss.",
            "beta_after = beta - learning_rate * gradient",
            move="beta - learning_rate * derivative('loss', 'beta')",
        ),
        Step(
            r"\alpha < \frac{2}{\lambda_{\max}}",
            "The steepest direction is the first whose factor is −1.",
            "limit = 2 / high",
            move="2 / np.linalg.norm(derivative('gradient', 'beta'), 2)",
        ),
        Step(
            r"\alpha^* = \frac{2}{\lambda_{\min} + \lambda_{\max}}",
            "The factors 1 − αλ and αλ − 1 of the two ends meet there.",
            "best = 2 / (low + high)",
            move="np.linalg.solve([[low, 1], [high, -1]], [1, 1])[0]",
        ),
        Step(
            r"\text{SE}_j = \sqrt{\bigl(H^{-1}\bigr)_{jj}}",
            "Take the diagonal of the covariance, written with eigenvectors.",
            "SE = np.sqrt(np.diag(np.linalg.solve(hessian, np.eye(d))))",
            move="np.sqrt(np.sum(Q**2 / eigenvalues, axis=1))",
        ),
        Step(
            r"z_j = \frac{\hat\beta_j - \beta_j}{\text{SE}_j}",
            "Measure the error in standard errors; this estimate is one Newton step away.",
            "z = (beta_hat - beta) / SE",
            move="-np.linalg.solve(hessian, gradient) / before",
        ),
    ),
    responses="zeros and ones",
)
