"""Every lab of the course, found by its file: all that a lab must bear wherever it is from."""

import numpy as np
import pytest

import glmlib.course.labs
import labs
from lab_sweep import misplaced, sweep


def test_the_labs_are_found():
    assert {"contours", "race", "threshold", "fit_lab"} <= set(labs.found())
    assert len(labs.found()) >= 18


def test_a_lab_that_is_not_found_is_a_failure(tmp_path):
    assert labs.without_an_example() == []
    (tmp_path / "new.py").write_text('def new():\n    """A lab."""\n    return Lab()\n')
    assert labs.found(tmp_path) == {} and labs.without_an_example(tmp_path) == ["new.py"]
    (tmp_path / "new.py").write_text(
        'def other():\n    """A lab.\n\n    >>> lab = other()\n    """\n    return Lab()\n'
    )
    assert list(labs.found(tmp_path)) == ["other"] and not labs.without_an_example(tmp_path)


@pytest.mark.parametrize("name", labs.found())
def test_every_control_moves_through_its_range(name):
    sweep(labs.made(labs.found()[name]))


def test_a_misplaced_mark_is_found():
    known = np.array([0.25, 1.5])
    right = [(known, {("a", "x"): np.array([1.5])}), (known, {("a", "x"): np.array([0.25])})]
    assert misplaced(right) == {}
    wrong = [*right, (known, {("a", "x"): np.array([1.5 + 9e-3])})]
    assert misplaced(wrong) == {("a", "x"): 1.509}
    assert misplaced([(known, {("a", "x"): np.array([7.3])})] * 3) == {}  # it stands still


def test_an_error_inside_a_lab_s_file_is_told_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "broken.py").write_text("import math\n\nmath.nowhere\n", encoding="utf-8")
    monkeypatch.setattr(glmlib.course.labs, "__path__", [str(tmp_path)])
    with pytest.raises(ImportError, match="module 'math' has no attribute 'nowhere'"):
        from glmlib.course import broken  # noqa: F401
    with pytest.raises(ImportError, match="cannot import name 'absent'"):
        from glmlib.course import absent  # noqa: F401
