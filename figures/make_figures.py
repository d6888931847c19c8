"""Draw the pictures of the README and the slides: python figures/make_figures.py [SITE]

With the folder of a built site its first screen is taken, too, which needs Chromium.
Each picture has its alt text beside it, in a file of the same name that ends in .txt.
"""

import io
import sys
from pathlib import Path

import glmlib
from glmlib.course import fit_lab
from glmlib.site.paper import chromium

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


SITE = (
    "The start page of the site on a laptop: on the left the contents and the search, in the "
    "middle the title and the fit lab, which was moved by the arrow keys. "
)


def site(folder):
    """The first screen of a built site, its lab moved by hand: PNG, alt text."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto((folder / "index.html").resolve().as_uri())
        page.wait_for_selector(".glm-instrument[data-known]")
        iteration = page.get_by_role("slider", name="iteration")
        for _ in range(15):
            iteration.press("ArrowRight")
        status = page.locator(".status").inner_text()
        picture = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    small = io.BytesIO()
    picture.quantize(128).save(small, "PNG", optimize=True)
    return small.getvalue(), SITE + status


if __name__ == "__main__":
    if len(sys.argv) > 1:
        png, alt = site(Path(sys.argv[1]))
        (HERE / "site.png").write_bytes(png)
        (HERE / "site.txt").write_text(alt + "\n", encoding="utf-8")
    for name, picture in pictures().items():
        (HERE / f"{name}.png").write_bytes(picture.png)
        (HERE / f"{name}.txt").write_text(picture.alt + "\n", encoding="utf-8")
