"""How long the lessons take, and how long the five modules take to read.

    python tests/reading_time.py

A lesson is counted along its core path, that is without what is tagged `deeper`, at the
`RATES` below. The modules are counted by words alone, code and docstrings alike. Both are
counts: nobody was timed.
"""

import json
import math
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
CORE = ROOT / "glmlib"
ORDER = ("links", "families", "models", "solvers", "fit")
WORDS_A_MINUTE = 150

# Minutes for one of each. Code counts where it is open, without imports; a hint, a solution
# and the table of notation are looked up and not read through.
RATES = {
    "word": 1 / 200,
    "equation": 1 / 4,  # a displayed one
    "line of code": 1 / 6,
    "printed line": 1 / 20,
    "picture": 1 / 3,
    "lab": 3,  # with its prediction
    "exercise": 4,
}
LAB = re.compile(r"Live lab|Derivation stepper|Lines to be put in order")


def counts(path):
    """{"core" or "deeper" or "exercises": a Counter of the keys of `RATES`} of a lesson."""
    found = {part: Counter() for part in ("core", "deeper", "exercises")}
    section, exercise, looked_up = math.inf, "", False
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
        for level, heading in headings(cell):
            if level <= section:
                section = level if "deeper" in tags else math.inf
            exercise = heading if re.match(r"Exercise \d|Answer the exit", heading) else ""
            looked_up = heading == "Look up the notation"
            found["exercises"]["exercise"] += bool(exercise)
        if "solution" in tags:
            exercise = "solved" if exercise else ""
            continue
        if looked_up or "<summary>Hint" in source:
            continue
        deeper = section < math.inf or ("deeper" in tags and cell["cell_type"] == "markdown")
        if not exercise:
            read, folded = parts_of(cell)
            found["deeper" if deeper else "core"] += read
            found["deeper"] += folded
        if exercise == "solved" and cell["cell_type"] == "code":
            exercise = ""  # the check after the solution is the last cell of an exercise
    return found


def headings(cell):
    """[(level, words)] of the headings in a cell."""
    if cell["cell_type"] != "markdown":
        return []
    text = re.sub(r"(?ms)^```.*?^```", "", "".join(cell["source"]))
    return [(len(marks), words) for marks, words in re.findall(r"(?m)^(#+) (.*)$", text)]


def parts_of(cell):
    """What there is to take in of one cell as it opens, and what is folded, as Counters."""
    source, read, folded = "".join(cell["source"]), Counter(), Counter()
    if cell["cell_type"] == "markdown":
        text = re.sub(r"(?s)(### Read further|\*\*Sources\*\*).*", "", source)
        text, equations = re.subn(r"(?s)\$\$.*?\$\$", " ", text)
        text = re.sub(r"<[^>]*>|\]\([^)]*\)", " ", text)
        read.update({"word": len(re.findall(r"\S*\w\S*", text)), "equation": equations})
        return read, folded
    hidden = cell["metadata"].get("jupyter", {}).get("source_hidden")
    source = re.sub(r"(?m)^from .* import \((?:.|\n)*?\)|^(from|import) .*", "", source)
    drawing = re.match(r"# The (picture|question|prediction|answers|diagnoses)", source)
    if not (hidden and drawing):
        lines = len(re.findall(r"(?m)^\s*[^\s#]", source))
        (folded if hidden else read)["line of code"] += lines
    for output in cell["outputs"]:
        data = output.get("data", {})
        html = "".join(data.get("text/html", ""))
        if output.get("name") == "stdout":
            read["printed line"] += "".join(output["text"]).count("\n")
        folded["printed line"] += html.startswith("<details") and html.count("\n")
        lab = bool(LAB.match("".join(data.get("text/plain", ""))))
        read["lab"] += lab
        read["picture"] += "image/png" in data and not lab
    return read, folded


def lesson_minutes(path):
    """{"core", "deeper", "exercises": minutes} of a lesson, at the `RATES`."""
    return {
        part: sum(RATES[what] * count for what, count in found.items())
        for part, found in counts(path).items()
    }


def words():
    """{module: number of words}, in the order of reading."""
    texts = {name: (CORE / f"{name}.py").read_text(encoding="utf-8") for name in ORDER}
    return {name: len(text.split()) for name, text in texts.items()}


def minutes():
    """The five modules, rounded up to five minutes, as the README says it."""
    return -(-sum(words().values()) // (5 * WORDS_A_MINUTE)) * 5


if __name__ == "__main__":
    print("minutes                            core  deeper  exercises")
    for path in LESSONS:
        print(f"{path.stem:32s}" + "".join(f"{m:8.1f}" for m in lesson_minutes(path).values()))
    print()
    for name, count in words().items():
        print(f"{name + '.py':12s} {count:6,d} words  {count / WORDS_A_MINUTE:5.1f} minutes")
    total = sum(words().values())
    print(f"{'together':12s} {total:6,d} words  {total / WORDS_A_MINUTE:5.1f} minutes")
    print(f"about {minutes()} minutes at {WORDS_A_MINUTE} words a minute; nobody was timed")
