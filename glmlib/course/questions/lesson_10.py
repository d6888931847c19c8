"""The questions of lesson 10, a whole analysis."""

from . import key

salesman = key(
    "c",
    a="Tell everybody “no”: it is right as often, and nobody is found.",
    b="A lower threshold finds more and is right less often: see the lab at 0.1.",
    d="Its probabilities are then of a world where half are sick; the ranks hardly move.",
    e="The model gives a probability. A threshold follows from what errors cost.",
)
