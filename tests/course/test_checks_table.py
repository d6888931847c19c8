"""The table of the exercises: answers tried, accepted, refused, named, and the seconds.

PYTHONPATH=tests python tests/course/test_checks_table.py
"""

import time

import exercises
from glmlib.course.checks import limit

UNNAMED = (
    "not the right value",
    "the ratio is not constant",
    "other numbers",
    "another model",
)


def row(exercise):
    """Right tried and accepted, wrong tried, refused and named, seconds of the slowest."""
    seconds, passed, refused, named = [], 0, 0, 0
    rights = [exercise.solution, *exercise.right.values()]
    for answer, wrong in [
        *((right, False) for right in rights),
        *((answer, True) for answer, _ in exercise.wrong.values()),
    ]:
        start = time.perf_counter()
        verdict = exercise.check(answer)
        seconds.append(time.perf_counter() - start)
        passed += not wrong and verdict.passed
        refused += wrong and verdict.status == "TRY AGAIN"
        named += wrong and not verdict.passed and not verdict.message.startswith(UNNAMED)
    return len(rights), passed, len(exercise.wrong), refused, named, max(seconds)


def rows():
    return [
        (number, exercise.name, *row(exercise))
        for number in exercises.LESSONS
        for exercise in exercises.of(number).values()
    ]


def test_nine_of_ten_wrong_answers_are_named(monkeypatch):
    import statsmodels.api  # noqa: F401  an import takes its second before the clock runs

    monkeypatch.setattr(limit, "SECONDS", 2.0)
    table = rows()
    right, accepted, wrong, refused, named = (
        sum(line[k] for line in table) for k in range(2, 7)
    )
    assert accepted == right and refused == wrong
    assert named >= 0.9 * wrong
    assert max(line[7] for line in table) < 5


def test_an_unnamed_answer_is_counted():
    class Exercise:
        solution, right = 1, {}
        wrong = {"a": (2, ""), "b": (3, "")}

        @staticmethod
        def check(answer):
            from glmlib.course.checks import Verdict

            words = {2: "not the right value\nyours", 3: "the sign"}
            return Verdict("TRY AGAIN" if answer > 1 else "PASS", words.get(answer, "yes"))

    assert row(Exercise)[:5] == (1, 1, 2, 2, 1)


if __name__ == "__main__":
    print("| | exercise | right | accepted | wrong | refused | named | slowest, s |")
    print("|---|---|---|---|---|---|---|---|")
    table = rows()
    for number, name, *counts, seconds in table:
        print(f"| {number} | {name} | {' | '.join(map(str, counts))} | {seconds:.2f} |")
    totals = [sum(line[k] for line in table) for k in range(2, 7)]
    print(f"| | all {len(table)} | {' | '.join(map(str, totals))} | |")
