"""Lesson 07: what its checks must not do in the learner's notebook."""

from exercises.lesson_07 import EXERCISES


def test_an_answer_that_runs_away_prints_nothing(capfd):
    """LAPACK complains of NaN on the standard output, where no warning filter reaches."""
    exercise = next(e for e in EXERCISES if e.name == "IRLS for any pair")
    for answer, _ in exercise.wrong.values():
        assert not exercise.check(answer).passed
    assert capfd.readouterr() == ("", "")
