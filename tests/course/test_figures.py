"""The stored pictures show what the library computes now, and each has its alt text."""

import importlib.util
import re
from pathlib import Path

import pytest

from glmlib.site.pages import start_lab

FIGURES = Path(__file__).parents[2] / "figures"


@pytest.fixture(scope="module")
def figures():
    spec = importlib.util.spec_from_file_location("make_figures", FIGURES / "make_figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pictures(figures):
    return figures.pictures()


def test_every_stored_picture_is_drawn_by_the_script(pictures):
    assert {path.stem for path in FIGURES.glob("*.png")} == {*pictures, "site"}


def test_the_stored_alt_text_has_the_numbers_of_today(pictures):
    for name, picture in pictures.items():
        assert (FIGURES / f"{name}.txt").read_text("utf-8") == picture.alt + "\n", name


def test_the_picture_of_the_site_has_the_sentence_that_its_lab_says(figures):
    said = (FIGURES / "site.txt").read_text("utf-8").removeprefix(figures.SITE)
    iteration = int(re.search(r"iteration ([\d,]+)", said)[1].replace(",", ""))
    assert said == start_lab().set(iteration=iteration).status + "\n"
    assert (FIGURES / "site.png").stat().st_size < 150_000
