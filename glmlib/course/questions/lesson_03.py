"""The questions of lesson 03, gradient descent."""

from . import key

exit = key(
    "b",
    a="a loss also stands still in a long valley: the ozone line did after 100 steps",
    b="the gradient tells whether it arrived, the condition number why not",
    c="twice the rate is twice as fast, in a long valley that is still far too slow",
    d="iterations come closer to the estimate; closer to the truth only data bring you",
)
