"""Lesson 02: from the Normal density to least squares."""

from .step import Derivation, Step

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

LINEAR_ERRORS = Derivation(
    title="from the estimate to its error, and down to it",
    lesson="02",
    given="""\
sigma = 0.5
I = np.eye(d)
Q, R = np.linalg.qr(X)
hessian = X.T @ X
beta_hat = np.linalg.lstsq(X, y)[0]
epsilon = y - X @ beta
loss = np.sum((y - X @ beta) ** 2) / 2
gradient = X.T @ (X @ beta - y)
learning_rate = 0.5 / np.trace(hessian)""",
    steps=(
        Step(
            r"\hat\beta - \beta = R^{-1} Q^\top \varepsilon",
            "Put y = Xβ + ε into the triangular system.",
            "error = np.linalg.solve(R, Q.T @ epsilon)",
            move="beta_hat - beta",
        ),
        Step(
            r"\text{Cov}(\hat\beta) = \sigma^2 R^{-1} Q^\top Q R^{-\top}",
            "Let the matrix act from both sides on the covariance of ε.",
            "covariance = sigma**2 * np.linalg.solve(R, Q.T) @ np.linalg.solve(R, Q.T).T",
            move="np.linalg.pinv(X) @ (sigma**2 * np.eye(n)) @ np.linalg.pinv(X).T",
        ),
        Step(
            r"= \sigma^2 (X^\top X)^{-1}",
            "Q cancels, and RᵀR is XᵀX.",
            "covariance = sigma**2 * np.linalg.solve(X.T @ X, I)",
        ),
        Step(
            r"= \sigma^2 H^{-1}",
            "This is the Hessian.",
            "covariance = sigma**2 * np.linalg.solve(hessian, I)",
        ),
        Step(
            r"\beta^{(k+1)} = \beta^{(k)} - \alpha \, \nabla \text{loss}(\beta^{(k)})",
            "Go against the gradient of the loss.",
            "beta_after = beta - learning_rate * gradient",
            move="beta - learning_rate * derivative('loss', 'beta')",
        ),
        Step(
            r"\beta^{(k+1)} - \hat\beta = (I - \alpha H) \, (\beta^{(k)} - \hat\beta)",
            "Subtract the estimate on both sides.",
            "error_after = (I - learning_rate * hessian) @ (beta - beta_hat)",
            move="beta_after - beta_hat",
        ),
        Step(
            r"\alpha < \frac{2}{\lambda_{\max}}",
            "The steepest direction is the first whose factor is −1.",
            "limit = 2 / np.max(np.linalg.eigvalsh(hessian))",
            move="2 / np.linalg.norm(derivative('gradient', 'beta'), 2)",
        ),
    ),
)
