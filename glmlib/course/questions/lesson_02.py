"""The questions of lesson 02, linear regression."""

from . import key

trap = key(
    "d",
    a="the normal equations give the estimate: look for sigma in them",
    b="shrinking takes a second term in the loss, and this one has only the squares",
    c="true of the loss and of its minimum; now look at how sharp the likelihood is",
)

exit = key(
    "c",
    a="in the normal equations both sides double: what does that do to their solution?",
    b="the formula counts 32 independent noises: how many years were observed?",
    d="true of what is known; but the formula sees X.T @ X doubled, and n - d = 25",
)
