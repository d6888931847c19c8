"""The questions of lesson 02, linear regression."""

from . import key

trap = key(
    "d",
    a="the normal equations give the estimate: look for sigma in them",
    b="shrinking takes a second term in the loss, and this one has only the squares",
    c="true of the loss and of its minimum; now look at how sharp the likelihood is",
)

exit = key(
    "d",
    a="look at the left picture, GNP alone; and read both ends of the interval",
    b="this coefficient was compared with exact fractions: count its right digits",
    c="nothing was iterated; test X.T @ residuals, which is 0 at the minimum",
)
