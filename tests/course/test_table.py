"""The table of many frames holds what they have. The browser tests print how large each is."""

import json
import zlib

import numpy as np

from glmlib.course.labs import engine
from glmlib.course.labs.table import STEP, packed, table


def numbers(text, step=1):
    """The numbers that `packed` has made letters; the script has the same in JavaScript."""
    codes = np.array([ord(letter) - 36 for letter in text[1:]], dtype=int)
    codes[codes >= 0xE000 - 36] -= 0x800
    there = codes >= 0
    values = np.where(codes % 2, (codes + 1) // 2, -codes // 2)[there]
    for _ in range(int(text[0])):
        values = np.cumsum(values)
    found = iter((step * values).tolist())
    return [next(found) if here else None for here in there]


def unpacked(columns, row):
    """One frame of a table."""
    frame = {}
    for name, column in columns.items():
        rows, *values = columns[column] if isinstance(column, str) else column
        if row < len(which := numbers(rows)) and which[row] is not None:
            step = {"x": STEP, "y": STEP, "more": 1}.get(name.split()[0])
            value = values[which[row]]
            frame[name] = numbers(value, step) if step else value
    return frame


def test_whole_numbers_come_back_from_their_letters():
    rng = np.random.default_rng(1)
    for size in (1, 50, 40_000):
        some = rng.integers(-size, size + 1, 400).tolist()
        smooth = np.cumsum(sorted(some)).tolist()
        for values in (some, sorted(some), smooth, [], [None, 7, None]):
            assert numbers(packed(values)) == values
            json.dumps(packed(values), ensure_ascii=False).encode()
    assert len(packed(range(0, 4000, 40)).encode()) < 110  # a byte each
    assert numbers(packed([1, 9, 11], 4), 4) == [0, 8, 12]


def test_a_table_has_every_part_of_every_frame_and_shares_them():
    frames = [
        {"say": "one", "x a": [4, 8], "y b": [4, 8]},
        {"say": "two", "x a": [4, 8], "y b": [4, 8], "column 0": ["7"]},
        {"say": "one", "x a": [4, None], "y b": [4, None], "head": ["n"]},
    ]
    found = table(iter(frames))
    assert [unpacked(found, row) for row in range(3)] == frames
    assert found["y b"] == "x a" and len(found["say"]) == 3


def test_script_and_style_are_small():
    text = b"".join((engine.HERE / f"engine.{kind}").read_bytes() for kind in ("js", "css"))
    assert len(zlib.compress(text, 9)) <= 30_000
