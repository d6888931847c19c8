"""Lesson 03: from the step to the limit of the learning rate."""

from .steps import Derivation, Step

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
