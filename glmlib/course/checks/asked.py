"""The check of a question whose key stands in the package."""

from .. import questions
from .answers import choice, matching
from .distributions import cards


def question(name, answer):
    """Check an answer to a question of a lesson, by the key in `glmlib.course.questions`.

    Parameters
    ----------
    name : the lesson and the question, such as "02 trap".
    answer : the learner's: a letter, or a dict where several things are asked at once.

    Raises LookupError when there is no such question.

    >>> checks.question("02 trap", None)
    NOT YET … choose an answer first
    """
    right, reasons = questions.of(name)
    if isinstance(right, str):
        return choice(answer, right, reasons)
    several = any(isinstance(choices, dict) for choices in right.values())
    return (cards if several else matching)(answer, right, reasons)
