"""Lesson 07: what its checks must not do in the learner's notebook."""

import exercises


def test_an_answer_that_runs_away_prints_nothing(capfd):
    """LAPACK complains of NaN on the standard output, where no warning filter reaches."""
    exercise = exercises.of("07")["IRLS for any pair"]
    for answer, _ in exercise.wrong.values():
        assert not exercise.check(answer).passed
    assert capfd.readouterr() == ("", "")
