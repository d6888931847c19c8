"""The ways to install and to test say the same, wherever they are written down."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, PYTEST = CONFIGURATION["project"], CONFIGURATION["tool"]["pytest"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# conda-forge's `matplotlib` brings a window toolkit along; the library alone has this name.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def as_conda(requirement):
    name, bound = re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", requirement).groups()
    return CONDA_NAMES.get(name, name) + bound


def test_environment_lists_what_pyproject_lists_with_the_same_bounds():
    python, *names, pip, last = environment()["dependencies"]
    assert names == [as_conda(requirement) for requirement in PROJECT["dependencies"]]
    assert pip == "pip"
    assert last == {"pip": ["-e ."]}


def test_environment_pins_a_minor_version_of_python_that_pyproject_allows():
    python = environment()["dependencies"][0]
    minor = int(re.fullmatch(r"python=3\.(\d+)", python).group(1))
    lowest = int(re.fullmatch(r">=3\.(\d+)", PROJECT["requires-python"]).group(1))
    assert minor >= lowest


def test_environment_is_solved_from_one_channel():
    assert environment()["channels"] == ["conda-forge", "nodefaults"]


def test_the_comparison_sees_a_changed_bound_and_a_missing_alias():
    assert as_conda("numpy>=2.1") != "numpy>=2.0"
    assert as_conda("matplotlib>=3.9.2") == "matplotlib-base>=3.9.2"


def test_citation_carries_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["authors"] == PROJECT["authors"]


def command(end):
    """Return the one line of the README that starts with python3 and ends like this."""
    lines = [line for line in README.splitlines() if line.startswith("python3 ")]
    (line,) = [line for line in lines if line.endswith(end)]
    return line


def test_readme_installs_in_a_virtual_environment_on_one_line():
    venv = "python3 -m venv .venv && .venv/bin/pip install -e "
    lesson = "notebooks/00_start_here.ipynb"
    assert command(lesson) == venv + f". && .venv/bin/jupyter lab --allow-root {lesson}"
    assert command("pytest") == venv + '".[test]" && .venv/bin/pytest'


@pytest.mark.skipif(not shutil.which("grep"), reason=".ci/run needs grep")
def test_ci_runs_the_line_that_the_readme_prints():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (search,) = re.findall(r"^line=\$\((grep .*)\)$", script, re.MULTILINE)
    found = subprocess.run(search, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert found.stdout == command("pytest") + "\n"
    assert script.rstrip().endswith('-c "$line"')


def test_pytest_alone_runs_the_notebooks_strictly():
    options = PYTEST["addopts"]
    assert {"--nbval", "--nbval-current-env", "--doctest-modules"} <= set(options)
    assert not any("nbval-lax" in option or "ignore" in option for option in options)
    assert PYTEST["testpaths"] == ["tests", "glmlib", "notebooks"]


def test_readme_names_only_files_that_exist():
    names = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_example_in_the_readme_runs(capsys):
    for block in re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE):
        if "dask" not in block:  # that one is run by test_scale.py
            exec(block, {})
    assert "coef" in capsys.readouterr().out


def test_collecting_loads_nothing_that_only_some_tests_need():
    """What takes a second to import is imported by the tests that use it: `later`."""
    code = (
        "import sys, pytest\n"
        "assert pytest.main(['--collect-only', '-qq', '-p', 'no:cacheprovider']) == 0\n"
        "heavy = 'pandas', 'polars', 'scipy.stats', 'scipy.optimize', 'statsmodels'\n"
        "print('loaded', sorted(set(heavy) & set(sys.modules)))"
    )
    options = {"cwd": ROOT, "capture_output": True, "text": True}
    options["env"] = {name: v for name, v in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run([sys.executable, "-c", code], **options)
    assert done.stdout.endswith("loaded []\n"), done.stdout[-500:] + done.stderr[-500:]
