"""A pytest plugin: what the executed examples need, in notebooks and in docstrings.

Loaded by pyproject.toml for every run, also for `pytest notebooks/02_linear_regression.ipynb`.
`canonical.py` starts its kernels in the same environment.
"""

import gc
import os
import sys
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule

from one_thread import ONE_THREAD, prepare

# nbval imports nbformat, and that the grammar of international addresses, which takes two
# seconds to build. Nothing here checks an address, and jsonschema does without the grammar.
sys.modules.setdefault("rfc3987_syntax", None)

# What is collected is not garbage, and to look for some takes a third of the time.
gc.disable()


def pytest_configure(config):
    os.environ.update(ONE_THREAD)
    # A picture's bytes depend on Matplotlib's version, its alt text does not. nbval leaves
    # image/png out by itself; this is the same picture where it stands inside an <img>.
    if config.option.nbval_sanitize_with is None:
        config.option.nbval_sanitize_with = str(Path(__file__).with_name("nbval_pictures.cfg"))


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path):
    """A file without an example is not imported to look for one."""
    found = yield
    if file_path.suffix == ".py" and ">>> " not in file_path.read_text(encoding="utf-8"):
        return [collector for collector in found if not isinstance(collector, DoctestModule)]
    return found


def pytest_collection_finish(session):
    gc.freeze()
    gc.enable()
    run = not session.config.option.collectonly
    if run and any(item.path.suffix == ".ipynb" for item in session.items):
        prepare()


@pytest.fixture(scope="session", autouse=True)
def names_in_docstrings(doctest_namespace):
    """A docstring's example may use `np`, `glmlib`, its public names, and `checks`."""
    import numpy as np

    import glmlib
    from glmlib.course import checks

    public = {name: getattr(glmlib, name) for name in glmlib.__all__}
    doctest_namespace.update(public, np=np, glmlib=glmlib, checks=checks)
