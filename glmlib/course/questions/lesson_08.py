"""The questions of lesson 08, which distribution."""

from . import key

trap = key(
    "c",
    a="fit it: how large is theta, and what is left to explain once x is known?",
    b="that ratio also counts what x explains: compute chi-squared / (n - d) of the fit",
    d="counts with small means never look normal, right model or not",
)

cards = (
    {
        "beetles": {"binomial": "upper end"},
        "horse kicks": {"poisson": "variance = mean"},
        "doctor visits": {
            "negative binomial": "variance > mean",
            "quasi-poisson": "variance > mean",
        },
        "food": {"gamma": "spread ~ mean"},
        "births": {"normal": "spread constant"},
    },
    {
        "normal": "look at the support, and at the spread in groups",
        "binomial": "out of how many? There is no known upper end",
        "gamma": "is 0 possible here? And does the spread grow with the mean?",
        "quasi-poisson": "is the squared spread several times the mean? And is there an end?",
        "negative binomial": "do the rates differ? Is there an upper end? Look at the groups",
        "poisson": "a count without an upper end, its squared spread equal to its mean",
        ("doctor visits", "poisson"): "a squared spread like the mean? Look at the groups",
        ("beetles", "poisson"): "not more beetles can die than there are",
        ("food", "normal"): "the spread is not the same in the three groups",
    },
)

exit = key(
    "d",
    a="the means may be right: what does a dispersion multiply?",
    b="the dispersion is an average over rows: does it grow with their number?",
    c="the dispersion multiplies a variance: what does it do to its root?",
)
