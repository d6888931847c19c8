"""`import glmlib` needs NumPy and the standard library, and the three models fit there."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

CACHE = Path(tempfile.gettempdir()) / "glmlib-bytecode"
ROOT = Path(__file__).parents[2]
HEAVY = ("matplotlib", "ipywidgets", "anywidget", "pandas", "scipy", "seaborn", "statsmodels")

# A finder in front of all others, which has nothing but refusals for everything else.
BLOCK = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            raise ImportError(f"{{name}} is blocked in this test")

sys.meta_path.insert(0, Refuse())
"""


def python(code):
    """What a fresh interpreter prints; its error is the failure of the test.

    It may keep what it compiles, as every interpreter does unless it is told otherwise.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(CACHE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_loads_nothing_heavy():
    loaded = python("import sys, glmlib; print(*sorted(sys.modules))").split()
    tops = {name.partition(".")[0] for name in loaded}
    assert "glmlib" in tops and "numpy" in tops
    assert not tops & set(HEAVY)


def test_import_loads_nothing_from_outside_but_numpy():
    code = """
import sys
before = set(sys.modules)
import glmlib
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""
    added = set(python(code).split())
    outside = {
        name for name in added - {"numpy", "glmlib"} if name not in sys.stdlib_module_names
    }
    # NumPy's compiled parts register helpers of their own
    assert not {name for name in outside if not name.startswith(("_cython", "cython"))}


def test_the_three_models_fit_with_numpy_alone():
    code = (
        BLOCK
        + """
import numpy as np
import glmlib

for name in ("linear", "logistic", "poisson"):
    X, y, beta = glmlib.simulate(name, n=200, d=3, seed=4)
    Model = getattr(glmlib, name.capitalize() + "Regression")
    fit = Model(X, y).fit()
    assert fit.converged and np.abs((fit.beta - beta) / fit.standard_errors).max() < 4
    limit = glmlib.stability_limit(fit.model, fit.beta)
    path = glmlib.gradient_descent(fit.model, None, limit / 2, 50_000)
    assert np.allclose(path[-1], fit.beta, rtol=0, atol=1e-7)
    fit.confidence_interval(), fit.predict(X[:2]), fit.aic, fit.null_deviance
    if name != "linear":  # p-values of the linear model need Student's t
        fit.p_values, str(fit.summary()), fit.summary()._repr_html_()
print(len(glmlib.load("horsekick")), glmlib.article_data("poisson")[0].shape)
"""
    )
    assert python(code).split() == ["280", "(1000,", "10)"]


def test_the_block_blocks():
    for name in ("scipy", "matplotlib.pyplot"):
        with pytest.raises(AssertionError, match="is blocked in this test"):
            python(BLOCK + f"import {name}")


def test_the_core_does_not_print():
    for path in sorted((ROOT / "glmlib").glob("[!_]*.py")):  # all but the command line
        lines = path.read_text(encoding="utf-8").splitlines()
        printing = [line for line in lines if line.lstrip().startswith("print(")]
        assert not printing, f"{path.name}: {printing}"


def test_a_name_of_the_course_is_its_function_whoever_imports_the_file():
    python("import glmlib.course.folded; from glmlib.course import folded; folded()")
