"""Draw the pictures of the README and the slides: python figures/make_figures.py

Each picture has its alt text beside it, in a file of the same name that ends in .txt.
"""

from pathlib import Path

import glmlib
from glmlib.course import fit_lab

HERE = Path(__file__).parent


def pictures():
    """name -> Picture, of the states that a lecture comes back to."""
    X, y, beta, start = glmlib.article_data("logistic")
    logistic = fit_lab(glmlib.LogisticRegression(X, y), truth=beta, start=start)
    X, y, beta, start = glmlib.article_data("poisson")
    poisson = fit_lab(glmlib.PoissonRegression(X, y), truth=beta, start=start)
    listing = fit_lab(
        glmlib.PoissonRegression(X, y),
        truth=beta,
        start=start,
        gradient=lambda b: -glmlib.PoissonRegression(X, y).gradient(b),
    )
    return {
        "fit_lab": logistic.picture(learning_rate=0.01, iteration=10),
        "bounces": logistic.picture(learning_rate=0.015, iteration=1000),
        "wrong_sign": listing.picture(learning_rate=1e-5, iteration=40),
        "poisson": poisson.picture(learning_rate=1e-4, iteration=100),
    }


if __name__ == "__main__":
    for name, picture in pictures().items():
        (HERE / f"{name}.png").write_bytes(picture.png)
        (HERE / f"{name}.txt").write_text(picture.alt + "\n", encoding="utf-8")
