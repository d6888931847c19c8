"""The questions of lesson 11, more rows than memory."""

from . import key

trap = key(
    "c",
    a="a generator is used up: how many blocks does the second loop see?",
    b="a loop over a generator that is used up raises nothing: what does a sum of no "
    "blocks give?",
    d="a list of functions would be read in each iteration; is a generator such a list?",
)

exit = key(
    "c",
    a="more rows make the standard error smaller; do they make a step less noisy?",
    b="the hovering itself stays, in units of beta. What happens to the unit it is "
    "measured in?",
    d="the squared distance grows as n: this is about its root",
)
