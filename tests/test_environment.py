"""The ways to install say the same: pyproject.toml, environment.yml, CITATION.cff, glmlib."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# conda-forge's `matplotlib` brings a window toolkit along; the library alone has this name.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def environment(text=None):
    """Return the dependencies of environment.yml."""
    text = text or (ROOT / "environment.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


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
