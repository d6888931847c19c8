"""The questions of lesson 01, three parts of a GLM."""

from . import key

trap = key(
    "c",
    a="the mean is straight under the identity link alone: ask about the predictor",
    b="take the logarithm of both sides: how do log c and b enter then?",
    d="the valley above: with the columns 1 and x the log link found no curve",
)

families = (
    {
        "error of a temperature forecast, in °C": "normal",
        "petal length within one iris species, in cm": "normal",
        "whether a patient survives": "binomial",
        "damaged O-rings out of 6": "binomial",
        "deaths by horse kick in a year": "Poisson",
        "alpha particles counted in 7.5 seconds": "Poisson",
        "cost of a car insurance claim": "gamma",
        "hours until a machine fails": "gamma",
    },
    {
        "error of a temperature forecast, in °C": {
            "binomial": "an error in degrees is no share of trials",
            "poisson": "an error can be negative and need not be whole",
            "gamma": "an error can be negative, a gamma y cannot",
        },
        "petal length within one iris species, in cm": {
            "binomial": "a length is measured, no trials are counted",
            "poisson": "a length need not be whole",
            "gamma": "possible, but the spread is small beside the mean, even to both sides",
        },
        "whether a patient survives": {
            "normal": "only two values are possible",
            "poisson": "a Poisson count has no upper end, here it is 1",
            "gamma": "a gamma y is never 0",
        },
        "damaged O-rings out of 6": {
            "normal": "only seven values are possible, and the spread depends on the mean",
            "poisson": "a Poisson count has no upper end, here it is 6",
            "gamma": "a gamma y is never 0, and this one often is",
        },
        "deaths by horse kick in a year": {
            "normal": "counts are whole and not negative; most years have none",
            "binomial": "nobody counted the kicks that did not kill: there are no trials",
            "gamma": "a gamma y is never 0, and this one often is",
        },
        "alpha particles counted in 7.5 seconds": {
            "normal": "counts are whole and not negative, and their spread follows the mean",
            "binomial": "there is no number of trials, hence no upper end",
            "gamma": "a count is whole and can be 0",
        },
        "cost of a car insurance claim": {
            "normal": "costs are positive; dear kinds of claim also scatter more",
            "binomial": "a sum of money is no share of trials",
            "poisson": "money is not counted in events: in cents the variance would be absurd",
        },
        "hours until a machine fails": {
            "normal": "times are positive, and long ones scatter more",
            "binomial": "a time is no share of trials",
            "poisson": "a time is measured and need not be whole",
        },
    },
)

exit = key(
    "c",
    a="this is the mean: the S curve is steep in the middle and flat at its ends",
    b="the odds are multiplied by the same factor; which function turns that into a sum?",
    d="this is y, the random component: it scatters around the mean",
)
