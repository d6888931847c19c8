"""The glossary: a summary whose numbers open and say where they come from.

Every number of a printed summary is a button. It opens its formula, its line of NumPy, and
what this line gives, to eight digits. Formula and line are steps of a derivation, so the
numbers are computed from X and y, and not copied. It is a page of HTML: Tab and Enter work
without a kernel, too.
"""

import html
from dataclasses import dataclass

import numpy as np

from ..models import PoissonRegression
from .steps import evaluate
from .steps.practice import PRACTICE

# The head of a summary: label -> the name of a step; or algebra and line of what has none.
FACTS = {
    "No. Observations": (r"n", "n = len(y)"),
    "Df Residuals": (r"n - d", "df_residual = n - d"),
    "Df Model": (r"d - 1", "df_model = d - 1"),
    "Scale": (r"\varphi = 1", "phi = 1"),
    "Log-Likelihood": "log_likelihood",
    "Deviance": "deviance",
    "Pearson chi2": "pearson_chi2",
    "Pseudo R-squ. (CS)": "pseudo_r2",
}
# The columns of its table, in their order: name -> step, and what a screen reader says.
COLUMNS = {
    "coef": ("beta", "coefficient"),
    "std err": ("standard_errors", "standard error"),
    "z": ("z", "z"),
    "P>|z|": ("p_values", "p-value"),
    "[0.025": ("interval", "lower end"),
    "0.975]": ("interval", "upper end"),
}
BLUE = "var(--jp-content-link-color, LinkText)"  # JupyterLab's theme, or that of the page
CELL = (
    "padding: 3px 14px; text-align: right; vertical-align: baseline; "
    "border-bottom: 1px solid #ccc"
)
BUTTON = (
    "list-style: none; cursor: pointer; min-width: 24px; min-height: 24px; "
    f"color: {BLUE}; text-decoration: underline dotted"
)
CARD = (
    "position: absolute; z-index: 9; text-align: left; padding: 6px 12px; "
    "background: var(--jp-layout-color0, Canvas); "
    f"color: var(--jp-content-font-color1, CanvasText); border: 2px solid {BLUE}; "
    "width: max-content; max-width: 31em; white-space: normal"
)
# On a phone a card opens at the foot of the screen, and the tables are scrolled.
PHONE = """<style>@media (max-width: 700px) { .glm-glossary { overflow-x: auto; }
.glm-card { position: fixed !important; inset: auto 8px 8px !important;
width: auto !important; } }</style>"""


@dataclass(frozen=True)
class Figure:
    """One number of a summary.

    Attributes
    ----------
    label : what it is, in words.
    printed : as the summary prints it.
    latex, code : its formula, and the line of NumPy that computes it.
    entry : where in the result of that line it stands, such as "z[5]".
    value : what stands there.

    >>> figure = Figure("z of smoke", "3.302", "", "", "z[5]", 3.30187)
    >>> figure.agrees
    True
    """

    label: str
    printed: str
    latex: str
    code: str
    entry: str
    value: float

    @property
    def agrees(self):
        """Whether the value rounds to what is printed."""
        mantissa, _, power = self.printed.partition("e")
        unit = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
        return abs(float(self.printed) - self.value) <= unit / 2 * (1 + 1e-6)

    def button(self, place):
        """A number that opens a card; `place` is the style that says where it hangs."""
        label, code = html.escape(self.label), html.escape(self.code)
        return (
            f'<details name="glossary" style="position: relative"><summary title="{code}" '
            f'aria-label="{label}: {self.printed}" style="{BUTTON}">{self.printed}</summary>'
            f'<div class="glm-card" style="{CARD}; {place}"><strong>{label}</strong><br>'
            rf"$\displaystyle {html.escape(self.latex)}$<br><code>{code}</code><br>"
            f"<code>{html.escape(self.entry)}</code> = {self.value:.8g}</div></details>"
        )


class Glossary:
    """The figures of a summary. Displaying it shows them; `lab["z", "smoke"]` is one.

    Attributes
    ----------
    facts : {label: Figure}, the head of the summary.
    rows : {coefficient: {column: Figure}}
    figures : all of them, in the order of reading.
    """

    def __init__(self, result, X, y, offset):
        head, body = (table.data for table in result.summary().tables)
        printed = {
            label.strip().rstrip(":"): text.strip()
            for row in head
            for label, text in (row[:2], row[2:])
        }
        with np.errstate(all="ignore"):  # moves that suit five rows overflow on large counts
            beta = PoissonRegression(X, y, offset=offset).fit().beta
            steps = {s.name: s for s in evaluate(PRACTICE, X, y, beta, offset=offset)}
        n, d = X.shape
        counts = {"n": n, "df_residual": n - d, "df_model": d - 1, "phi": 1}
        self.facts, self.rows = {}, {}
        for label, source in FACTS.items():
            if source in steps:
                latex, code, value = (
                    steps[source].latex,
                    steps[source].code,
                    steps[source].value,
                )
                name = source
            else:
                (latex, code), name = source, source[1].partition(" = ")[0]
                value = counts[name]
            self.facts[label] = Figure(label, printed[label], latex, code, name, float(value))
        for j, (name, *cells) in enumerate(body[1:]):
            name, row = name.strip(), {}
            for (column, (source, words)), text in zip(COLUMNS.items(), cells, strict=True):
                if source == "beta":
                    latex = r"X^\top (\mu - y) = 0"
                    code = "beta = PoissonRegression(X, y, offset=offset).fit().beta"
                    value, at = beta[j], f"[{j}]"
                else:
                    latex, code = steps[source].latex, steps[source].code
                    end = (int(column == "0.975]"),) if source == "interval" else ()
                    value, at = steps[source].value[(*end, j)], str([*end, j])
                row[column] = Figure(
                    f"{words} of {name}", text.strip(), latex, code, source + at, float(value)
                )
            self.rows[name] = row

    @property
    def figures(self):
        rows = [figure for row in self.rows.values() for figure in row.values()]
        return [*self.facts.values(), *rows]

    def __getitem__(self, key):
        """A figure by its label in the head, or by (column, coefficient)."""
        return self.facts[key] if isinstance(key, str) else self.rows[key[1]][key[0]]

    def __repr__(self):
        """Without a browser: the head and the last row, as printed and as computed."""
        some = [*self.facts.values(), *list(self.rows.values())[-1].values()]
        lines = [f"{f.label:23} {f.printed:>8}  {f.code}" for f in some]
        return "\n".join(["Glossary of a Poisson summary, with its last row.", *lines])

    def _repr_html_(self):
        def cells(name, figures, places):
            numbers = "".join(
                f'<td style="{CELL}">{figure.button(place)}</td>'
                for figure, place in zip(figures, places, strict=True)
            )
            return f'<th scope="row" style="{CELL}">{html.escape(name)}</th>{numbers}'

        names = list(self.facts)
        facts = "".join(
            f"<tr>{cells(left, [self.facts[left]], ['left: 0'])}"
            f"{cells(right, [self.facts[right]], ['left: 0'])}</tr>"
            for left, right in zip(names[::2], names[1::2], strict=True)
        )
        # upwards: below the last row a notebook would cut a card off
        places = ["left: 0; bottom: 100%"] * 4 + ["right: -8em; bottom: 100%"] * 2
        rows = "".join(
            f"<tr>{cells(name, row.values(), places)}</tr>" for name, row in self.rows.items()
        )
        heads = "".join(
            f'<th scope="col" style="{CELL}">{html.escape(column)}</th>' for column in COLUMNS
        )
        table = '<table style="font-size: 15px; margin: 0 0 12px">'
        return (
            f'{PHONE}<div class="glm-glossary"><p>A Poisson summary. Each number opens: its '
            "formula, its line of NumPy, and eight digits.</p>"
            f"{table}{facts}</table>{table}<tr><td></td>{heads}</tr>{rows}</table></div>"
        )


def glossary(result, X, y, offset=None):
    """A summary by statsmodels, of which every number opens: formula, code, eight digits.

    Parameters
    ----------
    result : what `GLM(...).fit()` of statsmodels returned, Poisson with the log link.
    X (n, d), y (n,) : the arrays that it was fitted to.
    offset : (n,), where the model has one; of an exposure the logarithm.

    Returns a Glossary. Raises ValueError for another family or link.

    >>> import statsmodels.api as sm
    >>> X, y, t = np.ones((3, 1)), np.array([2.0, 3.0, 7.0]), np.array([1.0, 2.0, 3.0])
    >>> result = sm.GLM(y, X, family=sm.families.Poisson(), offset=np.log(t)).fit()
    >>> lab = glossary(result, X, y, offset=np.log(t))
    >>> lab["coef", "const"].printed, lab["Deviance"].code
    ('0.6931', 'deviance = 2 * np.sum(xlogy(y, y / mu) - (y - mu))')
    >>> all(figure.agrees for figure in lab.figures)
    True
    """
    family = result.family
    if (type(family).__name__, type(family.link).__name__) != ("Poisson", "Log"):
        raise ValueError("the glossary explains a Poisson summary with the log link")
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    offset = np.zeros(len(y)) if offset is None else np.asarray(offset, dtype=float)
    return Glossary(result, X, y, offset)
