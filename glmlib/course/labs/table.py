"""Many frames as one table that compresses well; what frames share stands there once."""

import json

import numpy as np

STEP = 4  # places are rounded to so many units: a quarter of a pixel on 1,000 pixels


def packed(values, step=1):
    """Whole numbers, or None, as text: the first letter is the order of their differences.

    Those of a smooth curve are near 0, so that few letters occur often. `engine.js` reads it.

    >>> packed([0, 10, 20, None, 30])
    '2$7$#$'
    """
    numbers = np.rint(np.array(values, dtype=float) / step)
    there = ~np.isnan(numbers)
    numbers = numbers[there]
    orders = [numbers, first := np.diff(numbers, prepend=0), np.diff(first, prepend=0)]
    order = int(np.log2(1 + np.abs(orders)).sum(axis=1).argmin())
    letters = np.full(len(there), 35)  # "#" is None, "$" is 0, then 1, −1, 2, −2, …
    differences = orders[order]
    letters[there] += (1 + 2 * np.abs(differences) - (differences > 0)).astype(int)
    letters[letters >= 0xD800] += 0x800  # no letters are there
    return str(order) + letters.astype("<u4").tobytes().decode("utf-32-le")


def table(frames):
    """{name of a part: [which of its values each frame has, packed, then the values]}.

    Of two parts that are the same everywhere the second is the name of the first.
    """
    columns, texts = {}, {}
    for row, parts in enumerate(frames):
        for name, part in parts.items():
            which, values = columns.setdefault(name, ([], {}))
            which += [None] * (row - len(which))  # earlier frames have no such part
            key = tuple(part) if isinstance(part, list) else part
            if isinstance(part, dict):  # few, each met often; one that is held keeps its id
                if id(part) not in texts:
                    texts[id(part)] = json.dumps(part), part
                key = texts[id(part)][0]
            which.append(values.setdefault(key, (len(values), part))[0])
    found = {}
    for name, (which, values) in columns.items():
        parts = (part for _, part in values.values())
        if step := {"x": STEP, "y": STEP, "more": 1}.get(name.split()[0]):
            parts = (packed(part, step) for part in parts)
        column = [packed(which), *parts]
        same = (other for other, known in found.items() if known == column)
        found[name] = next(same, column)
    return found
