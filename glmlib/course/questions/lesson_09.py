"""The questions of lesson 09, in practice."""

from . import key

exit = key(
    "d",
    a="Each fit is what was asked for. What was added to η in each of the three?",
    b="The fit does not remember an exposure for new rows. Which one did it assume?",
    c="Without the days, wards with many days look dangerous. What is compared then?",
    d="A forgotten exposure counts as 1; the mean is proportional to the days.",
)
