"""The questions of lesson 05, reading a logistic model."""

from . import key

sentence = key(
    "c",
    a="10.8 multiplies the odds. The probabilities 0.18 and 0.54 give another ratio.",
    b="0.59 is β/4, a bound. The students' own differences reach from 0.06 to 0.53.",
    d="Another unit, another coefficient: count GPA in tenths and it is a tenth.",
    e="An interval with 1 in it says that the data do not know, not that nothing is there.",
)

AGAINST = {
    "collinear": "two columns that carry the same thing have a correlation near 1",
    "separation": "separated classes have enormous standard errors and means of 0 and 1",
    "wrong link": "with the logit link no fitted mean leaves 0 to 1: look at the means",
    "fine": "something is off: look at standard errors, means and the correlation",
}
outputs = (
    {"A": "collinear", "B": "fine", "C": "separation", "D": "wrong link"},
    dict.fromkeys("ABCD", AGAINST),
)
