"""The times of the lessons: counted by a stated formula, and told as they are counted.

`python tests/reading_time.py` prints them.
"""

import json
import re

import pytest

import reading_time

TOLD = re.compile(
    r"\*\*Time:\*\* (\d+) minutes for the core path and (\d+) for the exercises; (\d+) more "
    r"if you open all that is marked \*deeper\*\."
)


@pytest.mark.parametrize("path", reading_time.LESSONS, ids=lambda path: path.stem)
def test_a_lesson_tells_its_times_as_they_are_counted(path):
    first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    told = TOLD.search(" ".join(first.split()))
    counted = reading_time.lesson_minutes(path)
    for minutes, part in zip(told.groups(), ("core", "exercises", "deeper"), strict=True):
        assert abs(int(minutes) - counted[part]) <= 2.6, (part, minutes, counted)


@pytest.mark.parametrize("path", reading_time.LESSONS, ids=lambda path: path.stem)
def test_a_core_path_takes_30_to_40_minutes_and_the_start_15(path):
    core = reading_time.lesson_minutes(path)["core"]
    assert core <= 15 if path.name.startswith("00") else 30 <= core <= 40


def lesson(tmp_path, *cells):
    path = tmp_path / "00_any.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return reading_time.counts(path)


def text(source, *tags):
    return {"cell_type": "markdown", "source": source, "metadata": {"tags": list(tags)}}


def code(source, *tags, outputs=(), hidden=False):
    metadata = {"tags": list(tags), "jupyter": {"source_hidden": hidden}}
    return {
        "cell_type": "code", "source": source, "metadata": metadata, "outputs": list(outputs)
    }  # fmt: skip


def test_what_is_counted(tmp_path):
    printed = {"output_type": "stream", "name": "stdout", "text": "1\n2\n"}
    lab = {"data": {"text/plain": "Live lab: one.", "image/png": "x"}}
    fold = {"data": {"text/html": "<details><summary>s</summary>\n<pre>1\n</pre>\n</details>"}}
    found = lesson(
        tmp_path,
        text("# Two words\n\n$$ x $$\n\nand [three more words](#there)."),
        code("from a import (\n    b,\n)\n\nx = 1  # one\n# none", outputs=[printed]),
        code("# Deeper: folded.\nx = 2", "deeper", hidden=True, outputs=[printed, fold]),
        code("lab", outputs=[lab]),
        text("## Below\n\n*Deeper.* Four", "deeper"),
        code("y = 1", outputs=[printed]),
        text("### Inside"),
        text("## Out again"),
        text("### Exercise 1: all of it\n\nis one exercise"),
        code("stub = ..."),
        text("<details><summary>Hint 1</summary>"),
        code("# The solution.\nstub = 1", "solution", hidden=True),
        code("check(stub)"),
        code("back = True"),
        text("## Look up the notation\n\nnot read"),
    )  # fmt: skip
    assert +found["core"] == {
        "word": 8, "equation": 1, "line of code": 3, "printed line": 4, "lab": 1
    }  # fmt: skip
    assert +found["deeper"] == {"word": 4, "line of code": 2, "printed line": 5}
    assert +found["exercises"] == {"exercise": 1}
