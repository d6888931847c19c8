"""Whether a maximum exists: the library's word against a linear programme in fractions."""

from fractions import Fraction

import numpy as np
import pytest

from core import fuzz
from later import later
from reference import independent

optimize = later("scipy.optimize")

PROBLEMS, SEED, PARTS = 1000, 1, 2


@pytest.mark.parametrize("number", range(PARTS))
def test_separation_is_neither_missed_nor_imagined(number):
    size = PROBLEMS // PARTS
    rows = fuzz.run(size, SEED, first=number * size, thorough=10, kind="separation")
    ends = [row[2] for row in rows]
    # both kinds are there in numbers, and most pairs can be separated
    assert ends.count("separated") > 0.1 * size and ends.count("right") > 0.1 * size
    failed = [row for row in rows if row[2] in fuzz.FAULTS]
    words = "\n".join(
        f"{kind}: python tests/core/fuzz.py --kind separation --one {SEED} {k}   "
        f"{', '.join(group)}: {why}"
        for k, group, kind, why, _ in failed
    )
    assert not failed, f"{len(failed)} of {size}\n{words}"


def highs(X, way):
    """The verdict of HiGHS, in doubles: good where the answer is clear."""
    A = (way[:, None] * X)[way != 0]
    fixed = X[way == 0]
    found = optimize.linprog(
        -A.sum(axis=0),
        A_ub=-A,
        b_ub=np.zeros(len(A)),
        A_eq=fixed if len(fixed) else None,
        b_eq=np.zeros(len(fixed)) if len(fixed) else None,
        bounds=[(-1, 1)] * X.shape[1],
    )
    return -found.fun > 1e-6


@pytest.mark.parametrize("seed", range(300))
def test_the_judge_agrees_with_highs(seed):
    rng = np.random.default_rng([3, seed])
    n = int(rng.integers(2, 25))
    d = int(rng.integers(1, min(n, 8) + 1))
    X = fuzz.grid(rng, (n, d))
    way = rng.choice([-1, 0, 1], n, p=[0.45, 0.1, 0.45])
    if seed % 2:  # drawn so that a hyperplane separates
        way = np.where(X @ rng.standard_normal(d) > 0, 1, -1)
    if not way.any():
        way[0] = 1
    found = independent.direction(X, way)
    assert (found is not None) == highs(X, way)
    if found:  # and the direction keeps, in fractions, what it promises
        moves = [sum(Fraction(v) * b for v, b in zip(r, found, strict=True)) for r in X]
        assert all(m * w >= 0 if w else m == 0 for m, w in zip(moves, way, strict=True))
        assert any(m != 0 for m in moves)


@pytest.mark.parametrize("power", range(1, 16))
def test_the_judge_sees_any_gap(power):
    gap = 10.0**-power
    X = np.array([[1, -1.0], [1, -gap], [1, gap], [1, 1.0]])
    assert independent.direction(X, np.array([-1, -1, 1, 1])) is not None
    assert independent.direction(X, np.array([-1, 1, -1, 1])) is None
    X[1, 1] = X[2, 1]  # a tie of both classes: quasi-separated
    assert independent.direction(X, np.array([-1, -1, 1, 1])) is not None
    assert independent.direction(X, np.array([-1, 0, 1, 1])) is not None
