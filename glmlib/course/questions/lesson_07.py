"""The questions of lesson 07, Newton and IRLS."""

from . import key

trap = key(
    "b",
    a="the direction is right; what about the length? Look at the five points from 4",
    c="the classes of the five points overlap, and their minimum is finite: start at 4",
    d="there is no rate to choose: the curvature sets the length. What if it vanishes?",
)

exit = key(
    "c",
    a="where it stops, XᵀW(z − η) = 0 holds: is W in that equation?",
    b="the weights stand in the equation that is solved, and not only in its matrix",
    d="the matrix whose inverse holds the standard errors is made of the same W",
)
