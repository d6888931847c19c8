"""Lesson 00: one slope, five points."""

from .step import Derivation, Step

SLOPE = Derivation(
    title="from the sum of squares to the best slope, and to a step",
    lesson="00",
    given="""\
x = X[:, 0]
slope = beta[:1]
learning_rate = 1 / np.sum(x**2)""",
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
        Step(
            r"\beta \leftarrow \beta - \alpha \, \nabla \text{loss}(\beta)",
            "Walk against the gradient: at this rate one step is enough.",
            "slope_after = slope - learning_rate * gradient",
        ),
    ),
)
