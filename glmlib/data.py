"""Data: simulated from a known truth, or packaged with their source."""

import csv
import html
from zlib import crc32

import numpy as np

from .families import Binomial, Gaussian, Poisson
from .guards.inputs import coefficients, matrix, positive, whole

MODELS = {
    "linear": (Gaussian, 1.0),
    "logistic": (Binomial, 1.0),
    "poisson": (Poisson, 0.5),
}


def stream(seed, name):
    """A random generator for one purpose: same seed and name, same draws.

    Streams with different names are independent. The listing we started from re-seeded
    one generator before each block, so that its Poisson truth was ten draws of its own X.

    >>> bool(stream(1, "X").random() == stream(1, "X").random())
    True
    >>> bool(stream(1, "X").random() == stream(1, "beta").random())
    False
    """
    return np.random.default_rng([int(seed), crc32(name.encode())])


def simulate(model, n=1000, d=10, seed=123, noise=1.0, beta=None):
    """X (n, d) with a column of ones, y (n,) and the true beta (d,) that made it.

    Parameters
    ----------
    model : "linear", "logistic" or "poisson"
    n, d : rows and columns, the column of ones included.
    seed : X, beta and y come from three independent streams of this seed.
    noise : σ, the standard deviation of y in the linear model.
    beta : (d,); None draws it, standard normal (halved for Poisson).

    A larger n adds rows and a larger noise stretches the same draws: the first rows of X
    stay the same, and so do those of y.

    >>> X, y, beta = simulate("poisson", n=1000, d=10, seed=123)
    >>> X.shape, y.shape, beta.shape
    ((1000, 10), (1000,), (10,))
    """
    if model not in MODELS:
        raise ValueError(f"there is no model {model!r}: choose from {', '.join(MODELS)}")
    n, d, noise = whole(n, "n"), whole(d, "d"), positive(noise, "noise")
    family, spread = MODELS[model]
    family = family()
    X = np.column_stack([np.ones(n), stream(seed, "X").standard_normal((n, d - 1))])
    if beta is None:
        beta = spread * stream(seed, "beta").standard_normal(d)
    beta = coefficients(beta, d)
    mu = family.canonical_link.inverse(X @ beta)
    return X, family.sample(stream(seed, "y"), mu, noise**2), beta


def add_intercept(X):
    """X with a column of ones in front, (n, d+1), a float64 array.

    A DataFrame of pandas or polars stays one, with its names and its index; another table
    becomes one of pandas. Raises ValueError for a table that has an intercept already, and
    for what cannot be a design matrix: see `inputs.design_matrix`.

    >>> add_intercept(np.array([[2.0], [3.0]]))
    array([[1., 2.],
           [1., 3.]])
    """
    array, names, _, _ = matrix(X)
    if names is None:
        return np.column_stack([np.ones(len(array)), array])
    if "intercept" in names:
        raise ValueError("X has a column called intercept already: use it as it is")
    if type(X).__module__.startswith("polars"):
        import polars

        return X.select(polars.lit(1.0).alias("intercept"), polars.all())
    if not hasattr(X, "insert"):
        import pandas

        X = pandas.DataFrame(array, columns=names)
    X = X.copy()
    levels = X.columns.nlevels
    X.insert(0, "intercept" if levels == 1 else ("intercept", *[""] * (levels - 1)), 1.0)
    return X


class Table(dict):
    """Columns by name: table["deaths"] is an array; `about` says where the data come from."""

    def __init__(self, columns, about):
        super().__init__(columns)
        self.about = about

    def __len__(self):
        return len(next(iter(self.values())))

    def __repr__(self):
        return f"<Table of {len(self)} rows: {', '.join(self)}. {self.about}>"

    def _repr_html_(self):
        shown = range(min(len(self), 6))
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self)
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(cell(c[i]))}</td>" for c in self.values())
            + "</tr>"
            for i in shown
        )
        caption = f"{len(self)} rows, the first {len(shown)} shown. {html.escape(self.about)}"
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{rows}</table>"

    def columns(self, *names):
        """The named columns side by side as float64, (n, k).

        >>> load("longley").columns("x1", "x2").shape
        (16, 2)
        """
        return np.column_stack([self[name].astype(float) for name in names])


def load(name):
    """The packaged data set `name` as a `Table`; ValueError lists what there is.

    >>> table = load("horsekick")
    >>> len(table), int(table["deaths"].sum())
    (280, 196)
    """
    if name not in ABOUT:
        raise ValueError(f"there is no data set {name!r}: choose from {', '.join(ABOUT)}")
    from importlib import resources  # slow to import, and only the data sets need it

    text = (resources.files(__package__) / "datasets" / f"{name}.csv").read_text("utf-8")
    head, *rows = csv.reader(text.splitlines())
    return Table(
        {key: column(cells) for key, *cells in zip(head, *rows, strict=True)}, ABOUT[name]
    )


def cell(value):
    """A value as the data file has it: whole numbers without a point."""
    return value if isinstance(value, str) else f"{value:.10g}"


def column(cells):
    """A column of numbers where every cell is one, of text otherwise."""
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        return np.array(cells)


def article_data(model):
    """The listing's own data, seed 123: X (1000, 10), y, the true beta, the start (10,).

    >>> X, y, beta, start = article_data("poisson")
    >>> bool(np.allclose(X[0, 1:10], beta[:9] * 2))  # the re-seeding: truth drawn from X
    True
    """
    if model not in MODELS:
        raise ValueError(f"there is no model {model!r}: choose from {', '.join(MODELS)}")
    table, truth = load("article"), load("article_truth")
    X = add_intercept(table.columns(*(f"x{j}" for j in range(1, 10))))
    start = np.zeros(10) if model == "linear" else truth[f"start_{model}"]
    return X, table[f"y_{model}"], truth[f"beta_{model}"], start


ABOUT = {
    "article": "Simulated by the listing we started from with seed 123.",
    "article_truth": "True coefficients and starts of the simulated data `article`.",
    "beetles": "Beetles killed by carbon disulphide: Bliss (1935), Annals of Applied Biology.",
    "birthwt": "Births at Baystate Medical Center, Springfield, Massachusetts, 1986: Hosmer & "
    "Lemeshow (1989), Applied Logistic Regression.",
    "challenger": "O-ring damage on 23 flights: Presidential Commission report (1986).",
    "doll_hill": "Smoking and coronary deaths of British doctors: Doll & Hill (1966).",
    "horsekick": "Deaths by horse kick in 14 Prussian corps: von Bortkiewicz (1898).",
    "iris": "Iris flowers: Anderson (1935), Fisher (1936).",
    "longley": "Employment and six economic series, 1947-1962: Longley (1967), NIST StRD.",
    "norris": "Ozone monitors against a standard: Norris, NIST StRD.",
    "rutherford_geiger": "Alpha particles in 2608 intervals: Rutherford & Geiger (1910).",
    "ucb_admissions": "Graduate admissions at Berkeley in 1973: Bickel et al. (1975).",
    "wampler1": "A polynomial with an exact fit: Wampler (1970), NIST StRD.",
    "wampler2": "A polynomial with an exact fit: Wampler (1970), NIST StRD.",
}
