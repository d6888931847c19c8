"""Lesson 11: why the rows enter as sums, where batches hover, and why rates must fall."""

from .step import Derivation, Step

SUMS = Derivation(
    title="from independent rows to a step that needs their sums only",
    lesson="11",
    given="""\
eta = X @ beta
mu = 1 / (1 + np.exp(-eta))
W = np.diag(mu * (1 - mu))
chance = y * mu + (1 - y) * (1 - mu)
half = n // 2
X_A, y_A, mu_A, W_A = X[:half], y[:half], mu[:half], W[:half, :half]
X_B, y_B, mu_B, W_B = X[half:], y[half:], mu[half:], W[half:, half:]
row = np.logaddexp(0, eta) - y * eta""",
    steps=(
        Step(
            r"\ell(\beta) = \log \prod_{i=1}^{n} p(y_i \mid \mu_i)",
            "The rows are independent, so their probabilities multiply.",
            "log_likelihood = np.log(np.prod(chance))",
            move=None,
        ),
        Step(
            r"= \sum_{i=1}^{n} \log p(y_i \mid \mu_i)",
            "The logarithm of a product is a sum.",
            "log_likelihood = np.sum(np.log(chance))",
        ),
        Step(
            r"\text{loss} = \sum_{i=1}^{n} \bigl( \log(1 + e^{\eta_i}) - y_i \eta_i \bigr)",
            "Change the sign, and write a row as in lesson 04.",
            "loss = np.sum(np.logaddexp(0, eta) - y * eta)",
            move="-before",
        ),
        Step(
            r"= \sum_{i \in A} \text{loss}_i + \sum_{i \in B} \text{loss}_i",
            "A sum may be cut anywhere.",
            "loss = np.sum(row[:half]) + np.sum(row[half:])",
        ),
        Step(
            r"\nabla = X_A^\top (\mu_A - y_A) + X_B^\top (\mu_B - y_B)",
            "The derivative of a sum is the sum of the derivatives.",
            "gradient = X_A.T @ (mu_A - y_A) + X_B.T @ (mu_B - y_B)",
            move="derivative('loss', 'beta')",
        ),
        Step(
            r"H = X_A^\top W_A X_A + X_B^\top W_B X_B",
            "Once more; W is the diagonal matrix of μ(1 − μ).",
            "hessian = X_A.T @ W_A @ X_A + X_B.T @ W_B @ X_B",
            move="derivative('gradient', 'beta')",
        ),
        Step(
            r"\delta = -H^{-1} \, \nabla",
            "Newton's step asks for the two sums, and for no row.",
            "step = -np.linalg.solve(hessian, gradient)",
            move="np.linalg.solve(X.T @ W @ X, X.T @ (y - mu))",
        ),
    ),
    responses="zeros and ones",
)

NOISE_FLOOR = Derivation(
    title="from a batch to the distance at which it hovers",
    lesson="11",
    given="""\
from scipy.special import expit
alpha = 0.5
b = 2
mu = expit(X @ beta)
W = np.diag(mu * (1 - mu))
rows = (mu - y)[:, None] * X
batches = (rows[:, None] + rows) / b
h = np.linalg.eigvalsh(X.T @ W @ X / n)
v = h * n
c = np.array([1, 1, -1, -1])[:, None] * np.sqrt(v)
zeta = np.array([1, -1, 1, -1])[:, None] * np.sqrt(h / b)""",
    steps=(
        Step(
            r"\operatorname{E} g = \tfrac1n \, X^\top (\mu - y) = \tfrac1n \, \nabla",
            "Each row is drawn with probability 1/n: a batch is right on average.",
            "mean = X.T @ (mu - y) / n",
            move="np.mean(batches, axis=(0, 1))",
        ),
        Step(
            r"\operatorname{Cov} g = \tfrac1b \Bigl( \tfrac1n \sum_{i=1}^{n} \nabla_i "
            r"\nabla_i^\top - \tfrac{1}{n^2} \, \nabla \nabla^\top \Bigr)",
            "The mean of b independent draws varies b times less than one.",
            "covariance = (rows.T @ rows / n - np.outer(mean, mean)) / b",
            move="np.cov(batches.reshape(n * n, d).T, bias=True)",
        ),
        Step(
            r"\operatorname{E}_y \, \tfrac1n \sum_{i=1}^{n} \nabla_i \nabla_i^\top "
            r"= \tfrac1n \, X^\top W X = \tfrac1n \, H",
            "Average over y in a model that holds: y is 1 with probability μ.",
            "curvature = X.T @ W @ X / n",
            move="X.T @ np.diag((1 - mu) * mu**2 + mu * (1 - mu) ** 2) @ X / n",
        ),
        Step(
            r"c^{(k+1)} = c^{(k)} - \alpha \, (h \, c^{(k)} + \zeta^{(k)}) "
            r"= (1 - \alpha h) \, c^{(k)} - \alpha \, \zeta^{(k)}",
            "Follow the error c along an eigenvector of H/n with eigenvalue h.",
            "after = (1 - alpha * h) * c - alpha * zeta",
            move="c - alpha * (h * c + zeta)",
        ),
        Step(
            r"v^{(k+1)} = (1 - \alpha h)^2 \, v^{(k)} + \alpha^2 \, \frac{h}{b}",
            "Take variances: the new noise knows nothing of the old error.",
            "v_after = (1 - alpha * h) ** 2 * v + alpha**2 * h / b",
            move="np.mean(before**2, axis=0)",
        ),
        Step(
            r"v = \frac{\alpha}{b \, (2 - \alpha h)}",
            "It hovers where the variance stays, so solve for v = v.",
            "hover = alpha / (b * (2 - alpha * h))",
            move="alpha**2 * h / b / (1 - (1 - alpha * h) ** 2)",
        ),
        Step(
            r"\frac{v}{\text{SE}^2} = \frac{n}{b} \, \frac{\alpha h}{2 - \alpha h}",
            "Measure it in standard errors: along this direction SE² is 1/(nh).",
            "squares = n / b * alpha * h / (2 - alpha * h)",
            move="before / (1 / (n * h))",
        ),
    ),
    responses="zeros and ones",
    columns=2,
)

FALLING_RATES = Derivation(
    title="from a mean to a rate that falls",
    lesson="11",
    given="""\
k = n
y_new = X[0, 0]
mean = np.sum(y) / k""",
    steps=(
        Step(
            r"\bar y_{k+1} = \frac{1}{k + 1} \sum_{i=1}^{k+1} y_i",
            "The mean of all that came so far.",
            "following = np.mean(np.append(y, y_new))",
            move=None,
        ),
        Step(
            r"= \frac{k \, \bar y_k + y_{k+1}}{k + 1}",
            "The sum of the first k is k times their mean.",
            "following = (k * mean + y_new) / (k + 1)",
        ),
        Step(
            r"= \bar y_k - \frac{1}{k + 1} \, (\bar y_k - y_{k+1})",
            "Write k as k + 1 − 1.",
            "following = mean - (mean - y_new) / (k + 1)",
        ),
        Step(
            r"\operatorname{Var} \bar y_k = \frac{\sigma^2}{k}",
            "Independent draws: the variance of a sum is a sum (here of two rows).",
            "variance = np.var(y) / 2",
            move="np.var(np.mean(np.meshgrid(y, y), axis=0))",
        ),
    ),
    columns=2,
)
