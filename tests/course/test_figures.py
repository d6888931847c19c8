"""The stored pictures show what the library computes now, and each has its alt text."""

import importlib.util
from pathlib import Path

import pytest

FIGURES = Path(__file__).parents[2] / "figures"


@pytest.fixture(scope="module")
def pictures():
    spec = importlib.util.spec_from_file_location("make_figures", FIGURES / "make_figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pictures()


def test_every_stored_picture_is_drawn_by_the_script(pictures):
    assert {path.stem for path in FIGURES.glob("*.png")} == set(pictures)


def test_the_stored_alt_text_has_the_numbers_of_today(pictures):
    for name, picture in pictures.items():
        assert (FIGURES / f"{name}.txt").read_text("utf-8") == picture.alt + "\n", name
