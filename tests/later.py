"""Modules that take a second to import, imported when a test first uses them."""

from importlib import import_module


class later:
    """`sm = later("statsmodels.api")` instead of `import statsmodels.api as sm`."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        if attribute.startswith(("_", "pytest")):  # pytest asks every name that it collects
            raise AttributeError(attribute)
        return getattr(import_module(self._name), attribute)
