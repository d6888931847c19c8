"""The author's guide: its template keeps every rule, and its commands lead to a tested lesson.

The template's own outputs are compared by nbval, which collects it below `tests/`.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import canonical
import glmlib
from fixtures.template_lab import one_rate
from test_notebooks import RULES
from test_prose_numbers import unbacked

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "tests" / "fixtures" / "template_lesson.ipynb"
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FRAME = [  # what a lesson has, in this order; the words that begin each part
    "# Estimate one rate",
    "## Answer three questions first",
    "## Ask how often it happens",
    "## Derive the estimate line by line",
    "## Predict, then move",
    "predict(",
    "lab.set(",
    "What you should have seen",
    "lab.picture(",
    "## Compare with statsmodels",
    "### Exercise 1: put the lines in order",
    "Hint 3: a line",
    "### Exercise 2: write the gradient",
    "### Exercise 3: fill the blanks",
    "### Exercise 4: step round the trap",
    "### Exercise 5: write a conclusion",
    "### Answer the exit question",
    "## Take away three sentences",
    "## Look up the notation",
]


def commands(guide, heading=""):
    """The lines of the guide's shell blocks, or of those in one section, in their order."""
    section = re.search(rf"## {heading}.*?(?=\n## |\Z)", guide, flags=re.DOTALL)[0]
    text = section if heading else guide
    return "\n".join(re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)).splitlines()


# ---- the template itself


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_every_rule(rule):
    assert rule(canonical.from_text(TEMPLATE.read_text(encoding="utf-8"))) == []


def test_the_template_has_the_frame_and_no_number_from_nowhere():
    text = TEMPLATE.read_text(encoding="utf-8")
    notebook = canonical.from_text(text)
    assert text == canonical.to_text(notebook)
    assert unbacked(notebook) == []
    source = "\n".join(cell.source for cell in notebook.cells)
    assert source.count("**Next:**") == 1
    assert "$$" not in source  # a displayed equation needs a `Step`, which is not copied
    places = [source.find(part) for part in FRAME]
    assert min(places) >= 0 and places == sorted(places), dict(zip(FRAME, places, strict=True))


def test_the_template_lab_shows_the_loss_of_the_library():
    y = np.array([0.0, 1.0, 2.0, 0.0, 1.0] * 6)
    lab, model = one_rate(y), glmlib.PoissonRegression(np.ones((30, 1)), y)
    for beta in (-1.3, 0.0, 0.7):
        frame = lab.set(beta=beta, rows=30).frame
        assert np.isclose(frame.slope, model.gradient([beta])[0])
        assert np.isclose(frame.excess, model.loss([beta]) - model.loss(model.fit().beta))
        assert frame.event == ("right" if frame.slope > 0 else "left")
    assert lab.preset("at the minimum").frame.event == "minimum"


# ---- the guide


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A checkout in which the commands for a new lesson were run, and what they said."""
    root = tmp_path_factory.mktemp("guide")
    leave = shutil.ignore_patterns("__pycache__", "lesson_[0-9]*", ".ipynb_checkpoints")
    for folder in ("glmlib", "tests"):
        shutil.copytree(ROOT / folder, root / folder, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "notebooks").mkdir()
    (root / ".venv" / "bin").mkdir(parents=True)
    for name, module in (("python", ""), ("pytest", " -m pytest -q -p no:cacheprovider")):
        script = root / ".venv" / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n')
        script.chmod(0o755)
    return root, {line: shell(line, root) for line in commands(GUIDE, "A lesson")}


def shell(line, root):
    """What a command of the guide says, in a checkout of its own."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    environment["PYTHONPATH"] = str(root)
    return subprocess.run(
        ["sh", "-c", line], cwd=root, env=environment, capture_output=True, text=True
    )


@pytest.mark.skipif(os.name == "nt", reason="the guide's commands are for a Unix shell")
def test_the_commands_of_the_guide_lead_to_a_tested_lesson(followed):
    root, said = followed
    for line, run in said.items():
        assert run.returncode == 0, f"{line}\n{run.stdout}\n{run.stderr}"
    notebook = (root / "notebooks" / "12_my_lesson.ipynb").read_text(encoding="utf-8")
    assert "from glmlib.course.labs.my_lab import one_rate" in notebook
    assert (root / "glmlib" / "course" / "labs" / "my_lab.py").is_file()
    tested = [run.stdout for line, run in said.items() if line.startswith(".venv/bin/pytest")]
    cells = sum(c.cell_type == "code" for c in canonical.from_text(notebook).cells)
    assert f"{cells} passed" in tested[0]
    assert len(tested) == 2
    for output in tested:
        assert int(re.search(r"(\d+) passed", output)[1]) >= 5, output
        assert "skipped" not in output, output


@pytest.mark.skipif(os.name == "nt", reason="the guide's commands are for a Unix shell")
def test_a_fault_in_the_new_lesson_is_found_by_the_same_commands(followed):
    root, said = followed
    path = root / "notebooks" / "12_my_lesson.ipynb"
    good = path.read_text(encoding="utf-8")
    assert good.count("mean 0.610, beta") == 1
    path.write_text(good.replace("mean 0.610, beta", "mean 0.611, beta"), encoding="utf-8")
    line = ".venv/bin/pytest notebooks/12_my_lesson.ipynb"
    assert line in said
    run = shell(line, root)
    path.write_text(good, encoding="utf-8")
    assert run.returncode == 1 and "1 failed" in run.stdout, run.stdout


@pytest.mark.skipif(os.name == "nt", reason="the guide's commands are for a Unix shell")
def test_a_file_is_all_that_a_new_lab_needs(followed):
    """The lab that the guide's commands have copied is found, and a fault in it as well."""
    root, said = followed
    (line,) = (line for line in commands(GUIDE, "A lab") if "test_labs_found" in line)
    line = line.replace("tests/browser/test_engine_browser.py ", "")  # tested over there
    run = shell(line, root)
    assert run.returncode == 0 and "1 passed" in run.stdout, run.stdout
    path = root / "glmlib" / "course" / "labs" / "my_lab.py"
    good = path.read_text(encoding="utf-8")
    assert good.count("(frame.beta, frame.excess),") == 1
    planted = good.replace("(frame.beta, frame.excess),", "(frame.beta, frame.excess + 9),")
    path.write_text(planted, encoding="utf-8")
    run = shell(line, root)
    path.write_text(good, encoding="utf-8")
    assert run.returncode == 1 and "('here', 'y')" in run.stdout, run.stdout


def test_the_guide_names_only_what_there_is():
    yours = {"my_lab", "lesson_12", "12_my_lesson", "lesson_NN"}
    names = re.findall(r"(?:tests|glmlib|notebooks)/[\w/.]+\.(?:py|ipynb)", GUIDE)
    assert len(names) > 30
    for name in names:
        assert (ROOT / name).is_file() or Path(name).stem in yours, name


def test_the_two_small_labs_of_the_guide_move(monkeypatch):
    shown = []
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: shown.append(True))
    interact, engine, _ = re.findall(r"```python\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert interact.count("\n") <= 14 and engine.count("\n") <= 24
    names = {}
    exec(interact, names)
    slope, intercept = names["look"].widget.children[:2]
    before = len(shown)
    slope.value = 2.0
    assert len(shown) > before >= 0
    exec(engine, names)
    lab = names["lab"]
    assert lab.set(slope=-1.0).frame.event == "falls" and lab.frame.mu[0] > 0.9
