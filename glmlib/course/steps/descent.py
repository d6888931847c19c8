"""Lesson 03: what a step does to an error, and how to measure, stop and scale."""

from .step import Derivation, Step

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
            r"\beta^{(k+1)} = \beta^{(k)} - \alpha \, \nabla(\beta^{(k)})",
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
            r"\varepsilon^{(k+1)} = \varepsilon^{(k)} - \alpha H \varepsilon^{(k)}",
            "Subtract the minimum on both sides of the step.",
            "error_after = error - learning_rate * hessian @ error",
            move="following - beta_hat",
        ),
        Step(
            r"= (I - \alpha H) \, \varepsilon^{(k)}",
            "Take the error out.",
            "error_after = (I - learning_rate * hessian) @ error",
        ),
        Step(
            r"\varepsilon^{(k)} = (I - \alpha H)^k \, \varepsilon^{(0)}",
            "Every step multiplies by the same matrix.",
            "errors = np.linalg.matrix_power(I - learning_rate * hessian, 2) @ error",
            move="before - learning_rate * hessian @ before",
        ),
        Step(
            r"c^{(k)} = Q^\top (I - \alpha H)^k Q \, c^{(0)}",
            "Look along the eigenvectors.",
            "along = Q.T @ np.linalg.matrix_power(I - learning_rate * hessian, 2) @ Q @ c",
            move="Q.T @ before",
        ),
        Step(
            r"= (I - \alpha \Lambda)^k \, c^{(0)}",
            "Between all factors Q cancels.",
            "along = np.linalg.matrix_power(I - learning_rate * np.diag(eigenvalues), 2) @ c",
        ),
        Step(
            r"c_i^{(k)} = (1 - \alpha \lambda_i)^k \, c_i^{(0)}",
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
    columns=2,  # with one there is no slowest and no steepest direction to balance
)

CENTRAL_DIFFERENCE = Derivation(
    title="from Taylor's series to the central difference",
    lesson="03",
    given="""\
b, h = beta[0], 0.5
f = np.polynomial.Polynomial([1, 3, 2, y[0]])
f_1, f_2, f_3 = (f.deriv(k)(b) for k in (1, 2, 3))
sign = np.array([1, -1])""",
    steps=(
        Step(
            r"f(\beta \pm h) = f \pm h f' + \tfrac{h^2}{2} f'' \pm \tfrac{h^3}{6} f''' "
            r"+ \cdots",
            "Expand to both sides; the series of a cubic ends here.",
            "both = f(b) + sign * h * f_1 + h**2 / 2 * f_2 + sign * h**3 / 6 * f_3",
            move="f(b + sign * h)",
        ),
        Step(
            r"\frac{f(\beta + h) - f(\beta - h)}{2h} = f' + \tfrac{h^2}{6} f''' + \cdots",
            "Subtract: the even terms cancel.",
            "central = f_1 + h**2 / 6 * f_3",
            move="(both[0] - both[1]) / (2 * h)",
        ),
    ),
)

MEAN_OF_ROWS = Derivation(
    title="from the sum over the rows to their mean",
    lesson="03",
    given="""\
loss_mean = np.mean((y - X @ beta) ** 2) / 2
gradient = X.T @ (X @ beta - y)
learning_rate = 0.1""",
    steps=(
        Step(
            r"\nabla_{\text{mean}} = \tfrac{1}{n} \nabla",
            "Divide the loss by n, and its gradient is divided too.",
            "gradient_mean = 1 / n * gradient",
            move="derivative('loss_mean', 'beta')",
        ),
        Step(
            r"\alpha \, \nabla_{\text{mean}} = \tfrac{\alpha}{n} \nabla",
            "Let the rate carry the factor.",
            "step = learning_rate / n * gradient",
            move="learning_rate * before",
        ),
    ),
)

STANDARD_ERRORS_AWAY = Derivation(
    title="from the gradient to a distance in standard errors",
    lesson="03",
    given="""\
beta_hat = np.linalg.lstsq(X, y)[0]
hessian = X.T @ X
gradient = X.T @ (X @ beta - y)""",
    steps=(
        Step(
            r"\varepsilon = H^{-1} \nabla",
            "Solve ∇ = Hε for the error.",
            "error = np.linalg.solve(hessian, gradient)",
            move="beta - beta_hat",
        ),
        Step(
            r"\sqrt{\varepsilon^\top H \varepsilon} = \sqrt{\nabla^\top H^{-1} \nabla}",
            "Put it into its length in standard errors: one H cancels.",
            "distance = np.sqrt(gradient @ np.linalg.solve(hessian, gradient))",
            move="np.sqrt(error @ hessian @ error)",
        ),
    ),
)

TWO_ERRORS = Derivation(
    title="from the distance to the truth to its two parts",
    lesson="03",
    given="""\
beta_hat = np.linalg.lstsq(X, y)[0]
beta_k = np.zeros(d)""",
    steps=(
        Step(
            r"\beta^{(k)} - \beta = "
            r"\underbrace{(\beta^{(k)} - \hat\beta)}_{\text{optimisation error}} "
            r"+ \underbrace{(\hat\beta - \beta)}_{\text{sampling error}}",
            "Subtract the estimate and add it again.",
            "total = (beta_k - beta_hat) + (beta_hat - beta)",
            move="beta_k - beta",
        ),
    ),
)

SCALED_COLUMNS = Derivation(
    title="from a column centred and scaled back to its own units",
    lesson="03",
    given="""\
x = X[:, 1]
s = np.std(x)
z = (x - np.mean(x)) / s
gamma_0, gamma_1 = beta[:2]""",
    steps=(
        Step(
            r"\eta = \gamma_0 + \gamma_1 \frac{x - \bar x}{s}",
            "Take the predictor in the new column.",
            "eta = gamma_0 + gamma_1 * (x - np.mean(x)) / s",
            move="np.column_stack([np.ones(n), z]) @ beta[:2]",
        ),
        Step(
            r"= \Bigl(\gamma_0 - \gamma_1 \frac{\bar x}{s}\Bigr) + \frac{\gamma_1}{s} \, x",
            "Sort by x.",
            "eta = (gamma_0 - gamma_1 * np.mean(x) / s) + gamma_1 / s * x",
        ),
        Step(
            r"\beta_1 = \frac{\gamma_1}{s}",
            "Read off the slope.",
            "beta_1 = gamma_1 / s",
            move="(eta[1] - eta[0]) / (x[1] - x[0])",
        ),
        Step(
            r"\beta_0 = \gamma_0 - \beta_1 \bar x",
            "Read off the intercept.",
            "beta_0 = gamma_0 - beta_1 * np.mean(x)",
            move="eta[0] - beta_1 * x[0]",
        ),
    ),
    columns=2,
)
