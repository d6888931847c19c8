"""The questions of lesson 04, logistic regression."""

from . import key

exit = key(
    "c",
    a="finite is not converged: a bounded gradient cannot overflow; how large is it here?",
    b="convex means that no minimum is a wrong one; what does this step do to the error "
    "in the steepest way?",
    d="with the wrong sign the loss rises above its start; here it fell below",
)
