"""Every public name says what it is; whatever can be called without a picture has an example.

`pytest --doctest-modules` runs the examples. Here stands that they exist.
"""

import inspect

import pytest

import glmlib
from glmlib.course import checks

# One entry of a table each: the example stands in the class that describes the table.
ENTRIES = {
    **{name: "Family" for name in ("Gaussian", "Binomial", "Poisson", "Gamma")},
    "NegativeBinomial": "Family",
    **{name: "Link" for name in ("Identity", "Log", "Logit", "Probit", "CLogLog", "Inverse")},
}
# Made by a solver, shown in the examples of the solvers.
MADE_ELSEWHERE = {"Path": "gradient_descent"}
PUBLIC = {
    **{f"glmlib.{name}": getattr(glmlib, name) for name in glmlib.__all__},
    **{f"glmlib.course.checks.{name}": getattr(checks, name) for name in checks.__all__},
}


def examples(thing):
    return (inspect.getdoc(thing) or "").count(">>> ")


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_a_sentence_and_an_example(name):
    thing, last = PUBLIC[name], name.rpartition(".")[2]
    text = inspect.getdoc(thing) or ""
    assert len(text.split()) >= 4, text
    if isinstance(thing, type) and issubclass(thing, Warning):
        return
    shown_in = {**ENTRIES, **MADE_ELSEWHERE}.get(last)
    assert examples(getattr(glmlib, shown_in) if shown_in else thing), f"{name} has no example"


def test_the_exceptions_are_needed():
    for name in {**ENTRIES, **MADE_ELSEWHERE}:
        assert not examples(getattr(glmlib, name)), f"{name} has an example now"


def test_a_missing_example_is_noticed():
    def bare():
        """Return nothing, and show nothing."""

    assert examples(bare) == 0 and examples(glmlib.sigmoid) > 0
