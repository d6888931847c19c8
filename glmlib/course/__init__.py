"""The course that stands on glmlib: labs, steps of derivations, checks, predictions, exams.

Nothing in the library imports it. A lab, `stepper`, `predict` and `glossary` stand each in a
file of the same name, and are loaded when they are first asked for: a lesson waits for its
own labs only.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

ENGINE = (
    *("Frame", "Lab", "Panel", "band", "choice", "dots", "grid", "integers", "line"),
    *("log_grid", "log_integers", "text", "toggle", "view"),
)


def __getattr__(name):
    if name in ENGINE:
        return getattr(import_module(f"{__name__}.labs.engine"), name)
    for place in (f"{__name__}.labs.{name}", f"{__name__}.steps.{name}", f"{__name__}.{name}"):
        if not name.startswith("_") and find_spec(place):
            try:
                module = import_module(place)
            except AttributeError as error:  # Python would take it for a name that is missing
                raise ImportError(f"{place} cannot be imported: {error}") from error
            # a file that defines its own name gives that, a subpackage gives itself
            globals()[name] = getattr(module, name, module)
            return globals()[name]
    raise AttributeError(f"glmlib.course has no {name!r}")


class Course(ModuleType):
    """Python puts a file that somebody imports into its package, over what has its name."""

    def __setattr__(self, name, value):
        value = getattr(value, name, value) if isinstance(value, ModuleType) else value
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = Course
