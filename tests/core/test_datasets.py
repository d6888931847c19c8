"""Every packaged data set: a file and a sentence about it, and rows that can be read."""

import re
from pathlib import Path

import numpy as np
import pytest

import glmlib
from glmlib.data import ABOUT

FILES = Path(glmlib.__file__).parent / "datasets"
TEXT = {  # the columns that are no numbers; in any other a slip would have made text of it
    "birthwt": {"race"},
    "challenger": {"FlightNumber"},
    "horsekick": {"corps", "fisher"},
    "iris": {"Species"},
    "ucb_admissions": {"Gender", "Dept"},
}


def test_every_file_has_its_sentence_and_every_sentence_its_file():
    assert {path.stem for path in FILES.glob("*")} == set(ABOUT)


@pytest.mark.parametrize("name", ABOUT)
def test_a_data_set_has_rows_names_and_a_source(name):
    table = glmlib.load(name)
    assert len(table) > 1 and len(ABOUT[name].split()) >= 4
    head = (FILES / f"{name}.csv").read_text("utf-8").splitlines()[0]
    assert len(head.split(",")) == len(table.keys())  # no two columns of one name
    assert {key for key, column in table.items() if column.dtype.kind != "f"} == TEXT.get(
        name, set()
    )
    for key, column in table.items():
        assert re.fullmatch(r"[A-Za-z][\w.]*", key) and len(column) == len(table)
        if column.dtype.kind == "f":
            assert np.isfinite(column).all(), f"{name}: {key} has a cell that is not finite"
        else:  # an empty cell would have turned a column of numbers into text
            assert all(cell.strip() for cell in column), f"{name}: {key} has an empty cell"
