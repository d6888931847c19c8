"""The questions of lesson 06, Poisson regression."""

from . import key

trap = key(
    "c",
    a="Compare with sqrt(mean(y**2)), the RMSE of predicting 0 everywhere.",
    b="The RMSE did change between iterations 0 and 250. Look at the size of that jump.",
    d="Print the gradient at iteration 250: it is far from zero.",
)

exit = key(
    "d",
    a="the coefficient adds to the logarithm of the mean: what does it do to the mean?",
    b="a count is a rate times the people, and perhaps few people work at night",
    c="the model takes the logarithm of the mean; a count of zero has none of its own",
)
