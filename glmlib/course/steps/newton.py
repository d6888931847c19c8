"""Lesson 07: from the second-order step to weighted least squares, and how fast it goes."""

from .step import Derivation, Step

NEWTON = Derivation(
    title="from the second-order step to weighted least squares",
    lesson="07",
    given="""\
from scipy.special import gammaln
eta = X @ beta
mu = np.exp(eta)
V = mu
g_prime = 1 / mu
row = np.exp(eta) - y * eta
loss = np.sum(np.exp(X @ beta) - y * (X @ beta))
gradient = X.T @ (mu - y)
hessian = X.T @ np.diag(mu) @ X
delta = np.cos(np.arange(d))
k = np.arange(200)
chance = np.exp(k * eta[:, None] - mu[:, None] - gammaln(k + 1))""",
    steps=(
        Step(
            r"q(\delta) = \text{loss}(\beta) + \nabla^\top \delta "
            r"+ \tfrac12 \, \delta^\top H \, \delta",
            "Replace the loss by the parabola with its height, slope and curvature here.",
            "parabola = loss + gradient @ delta + delta @ hessian @ delta / 2",
            move=None,
        ),
        Step(
            r"\frac{\partial q}{\partial \delta} = \nabla + H \, \delta",
            "Differentiate: the square brings a factor 2, and the ½ takes it away.",
            "slope = gradient + hessian @ delta",
            move="derivative('parabola', 'delta')",
        ),
        Step(
            r"H \, \delta = -\nabla",
            "Go to where the slope is zero.",
            "step = np.linalg.solve(hessian, -gradient)",
            move="delta - np.linalg.solve(hessian, before)",
        ),
        Step(
            r"\beta^{(k+1)} = \beta^{(k)} + \delta",
            "Stand at the bottom of the parabola, and begin again.",
            "following = beta + step",
            move="beta - np.linalg.solve(hessian, gradient)",
        ),
        Step(
            r"\frac{\partial\, \text{loss}_i}{\partial \eta_i} "
            r"= \frac{\mu_i - y_i}{V(\mu_i) \, g'(\mu_i)}",
            "Take the slope of one row, with the variance and the link left open.",
            "row_slope = (mu - y) / (V * g_prime)",
            move="derivative('row', 'eta')",
        ),
        Step(
            r"\nabla = X^\top \, \frac{\mu - y}{V \, g'}",
            "Use the chain rule: η has the derivative x.",
            "gradient = X.T @ ((mu - y) / (V * g_prime))",
            move="derivative('loss', 'beta')",
        ),
        Step(
            r"W = \operatorname{diag} \frac{V}{(V \, g')^2} "
            r"= \operatorname{diag} \frac{1}{V \, g'^2}",
            "Square the slope of a row and average over y: the mean of (y − μ)² is V.",
            "W = np.diag(1 / (V * g_prime**2))",
            move="np.diag(np.sum(chance * ((mu[:, None] - k) / (V * g_prime)[:, None]) ** 2, "
            "axis=1))",
        ),
        Step(
            r"H = X^\top W X",
            "Differentiate the gradient; the link is canonical here.",
            "hessian = X.T @ W @ X",
            move="derivative('gradient', 'beta')",
        ),
        Step(
            r"X^\top W X \, \delta = X^\top W \, (y - \mu) \, g'",
            "Write minus the gradient with W: one factor g' remains.",
            "right = X.T @ W @ ((y - mu) * g_prime)",
            move="hessian @ step",
        ),
        Step(
            r"X^\top W X \, \beta^{(k+1)} = X^\top W \, "
            r"\bigl[\, X\beta^{(k)} + (y - \mu) \, g' \,\bigr]",
            "Add the matrix times the old coefficients on both sides.",
            "right = X.T @ W @ (X @ beta + (y - mu) * g_prime)",
            move="before + hessian @ beta",
        ),
        Step(
            r"z = \eta + (y - \mu) \, g'(\mu)",
            "Give the bracket a name: the working response.",
            "z = eta + (y - mu) * g_prime",
            move=None,
        ),
        Step(
            r"X^\top W X \, \beta^{(k+1)} = X^\top W z",
            "Read it: these are normal equations, with weights.",
            "right = X.T @ W @ z",
            move="hessian @ following",
        ),
        Step(
            r"\beta^{(k+1)} = \arg\min_b \sum_{i=1}^{n} W_i \, (z_i - x_i^\top b)^2",
            "Solve them by least squares, each row times √W.",
            "following = np.linalg.lstsq(np.sqrt(W) @ X, np.sqrt(W) @ z)[0]",
            move="np.linalg.solve(X.T @ W @ X, before)",
        ),
        Step(
            r"\text{SE}_j = \sqrt{\bigl[\, (X^\top W X)^{-1} \,\bigr]_{jj}}",
            "The triangle R of the same least squares holds them: XᵀWX = RᵀR.",
            "SE = np.sqrt(np.diag(np.linalg.solve(X.T @ W @ X, np.eye(d))))",
            move="np.linalg.norm(np.linalg.solve(np.linalg.qr(np.sqrt(W) @ X)[1], np.eye(d)), "
            "axis=1)",
        ),
    ),
    responses="counts",
)

TWO_INFORMATIONS = Derivation(
    title="from the curvature of a row to its mean",
    lesson="07",
    given="""\
theta = 2.0
eta = X @ beta
mu = np.exp(eta)
g_prime = 1 / mu
V = mu + mu**2 / theta
row = (y + theta) * np.log(mu + theta) - y * eta
c = 1 / (V * g_prime)
c_slope = -theta * mu / (theta + mu) ** 2
W = 1 / (V * g_prime**2)""",
    steps=(
        Step(
            r"u_i = c_i \, (\mu_i - y_i), \qquad c_i = \frac{1}{V(\mu_i) \, g'(\mu_i)}",
            "Give the factor of the slope a name.",
            "u = c * (mu - y)",
            move="derivative('row', 'eta')",
        ),
        Step(
            r"\frac{\partial u_i}{\partial \eta_i} = c_i \, \frac{1}{g'(\mu_i)} "
            r"+ c_i' \, (\mu_i - y_i)",
            "Use the product rule; μ has the slope 1/g'.",
            "curvature = c / g_prime + c_slope * (mu - y)",
            move="derivative('u', 'eta')",
        ),
        Step(
            r"= W_i + c_i' \, (\mu_i - y_i)",
            "The first term is the weight.",
            "curvature = W + c_slope * (mu - y)",
        ),
        Step(
            r"\operatorname{E} \frac{\partial u_i}{\partial \eta_i} = W_i",
            "Average over y: its mean is μ, and the second term is gone.",
            "expected = W",
            move="(W + c_slope * (mu - mu / 2) + W + c_slope * (mu - 3 * mu / 2)) / 2",
        ),
    ),
    responses="counts",
)

HALVING = Derivation(
    title="from the Newton step to the slope along it",
    lesson="07",
    given="""\
mu = np.exp(X @ beta)
gradient = X.T @ (mu - y)
hessian = X.T @ np.diag(mu) @ X
step = np.linalg.solve(hessian, -gradient)
t = np.zeros(1)
eta = X @ (beta + t * step)
loss = np.sum(np.exp(eta) - y * eta)""",
    steps=(
        Step(
            r"\left. \frac{d}{dt} \, \text{loss}(\beta + t\delta) \right|_{t=0} "
            r"= \nabla^\top \delta",
            "Use the chain rule: β + tδ has the derivative δ.",
            "slope = gradient @ step",
            move="derivative('loss', 't')",
        ),
        Step(
            r"= -\,\delta^\top H \, \delta",
            "Put the step in: the gradient is minus Hδ.",
            "slope = -step @ hessian @ step",
        ),
    ),
    responses="counts",
)

DIGITS = Derivation(
    title="from a Newton step to the square of the error",
    lesson="07",
    given="""\
b = beta[:1]
loss = np.sum(np.exp(b) - y * b)
b_hat = np.log(np.mean(y))
error = b - b_hat
k = np.arange(2, 40)
factorials = np.cumprod(np.arange(1.0, 40))[1:]""",
    steps=(
        Step(
            r"b^{(k+1)} = b^{(k)} - \frac{n \, e^{b^{(k)}} - n \bar y}{n \, e^{b^{(k)}}}",
            "Divide the slope of the loss by its curvature.",
            "following = b - (n * np.exp(b) - n * np.mean(y)) / (n * np.exp(b))",
            move="b - derivative('loss', 'b')[0] / (n * np.exp(b))",
        ),
        Step(
            r"= b^{(k)} - 1 + \bar y \, e^{-b^{(k)}}",
            "Divide the two terms.",
            "following = b - 1 + np.mean(y) * np.exp(-b)",
        ),
        Step(
            r"\varepsilon^{(k+1)} = \varepsilon^{(k)} - 1 + e^{-\varepsilon^{(k)}}",
            "Subtract the minimum, the logarithm of the mean of y, on both sides.",
            "error_after = error - 1 + np.exp(-error)",
            move="before - b_hat",
        ),
        Step(
            r"= \tfrac12 \, (\varepsilon^{(k)})^2 "
            r"- \tfrac16 \, (\varepsilon^{(k)})^3 + \cdots",
            "Write the exponential as its series: two terms cancel.",
            "error_after = np.sum((-error) ** k / factorials)",
        ),
    ),
    responses="counts",
)
