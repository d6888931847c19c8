"""The summary of a fit, for people: as text, and as HTML in a notebook."""

import html
import math


class Summary:
    """The summary of a fit: `print` shows it as text, a notebook as HTML.

    >>> X, y, beta = simulate("poisson", n=100, d=2, seed=1)
    >>> "log-likelihood" in str(PoissonRegression(X, y).fit().summary())
    True
    """

    def __init__(self, fit):
        model = fit.model
        t = model.family.has_dispersion
        self.title = f"Generalized linear model: {model.family}, {model.link.name} link"
        self.facts = [
            ("observations", f"{fit.observations}"),
            ("log-likelihood", f"{fit.log_likelihood:.5g}"),
            ("df residual", f"{fit.df_residual}"),
            ("deviance", f"{fit.deviance:.5g}"),
            ("iterations", f"{fit.iterations}"),
            ("null deviance", f"{fit.null_deviance:.5g}"),
            ("converged", "yes" if fit.converged else "NO"),
            ("Pearson χ²", f"{fit.pearson_chi2:.5g}"),
            ("dispersion φ", f"{fit.dispersion:.5g}" + ("" if t else " (known)")),
            ("AIC", f"{fit.aic:.6g}"),
        ]
        stat = "t" if t else "z"
        self.head = ["", "coef", "std err", stat, f"P>|{stat}|", "[0.025", "0.975]"]
        columns = zip(
            model.names,
            fit.beta,
            fit.standard_errors,
            fit.statistic,
            fit.p_values,
            fit.confidence_interval(),
            strict=True,
        )
        self.rows = [
            [
                name,
                f"{b:#.5g}",
                f"{se:#.4g}",
                f"{z:.3f}",
                f"{p:.3f}",
                f"{lo:#.4g}",
                f"{hi:#.4g}",
            ]
            for name, b, se, z, p, (lo, hi) in columns
        ]
        self.notes = [] if fit.converged else [fit.message]
        if model.has_offset:
            self.notes.append("The linear predictor includes an offset.")
        if model.has_weights:
            self.notes.append("Prior weights are in use.")
        if model.intercept is None:
            self.notes.append("X has no column of ones: the model has no intercept.")
        if fit.theta is not None and fit.converged:
            self.notes.append(
                f"θ = {fit.theta:.5g} (standard error {fit.theta_standard_error:.3g}) is "
                "estimated by maximum likelihood."
            )
        if math.isnan(fit.dispersion):
            self.notes.append("No degree of freedom is left: φ is undefined.")
        if fit.dispersion == 0:
            self.notes.append("The fit is exact: standard errors are 0, t and p undefined.")

    def __str__(self):
        first = max([len(row[0]) for row in self.rows] + [9])
        widths = [first, 11, 10, 9, 7, 10, 10]
        wide = sum(widths) + len(widths) - 1
        half = wide // 2
        lines = [self.title.center(wide).rstrip(), "=" * wide]
        for left, right in zip(self.facts[::2], self.facts[1::2], strict=True):
            cells = [
                f"{name + ':':<16}{value:>{width - 18}}"
                for (name, value), width in ((left, half), (right, wide - half + 2))
            ]
            lines.append("  ".join(cells))
        lines.append("=" * wide)
        for k, row in enumerate([self.head, *self.rows]):
            cells = [
                f"{cell:<{w}}" if j == 0 else f"{cell:>{w}}"
                for j, (cell, w) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append(" ".join(cells).rstrip())
            if k == 0:
                lines.append("-" * wide)
        lines.append("=" * wide)
        return "\n".join(lines + self.notes)

    __repr__ = __str__

    def _repr_html_(self):
        def cell(tag, text, scope=""):
            return f"<{tag}{scope}>{html.escape(text)}</{tag}>"

        def td(text):
            return cell("td", text)

        facts = "".join(
            "<tr>" + "".join(cell("th", n, ' scope="row"') + td(v) for n, v in pair) + "</tr>"
            for pair in zip(self.facts[::2], self.facts[1::2], strict=True)
        )
        head = "".join(cell("th", text, ' scope="col"') for text in self.head)
        rows = "".join(
            "<tr>" + cell("th", row[0], ' scope="row"') + "".join(map(td, row[1:])) + "</tr>"
            for row in self.rows
        )
        notes = "".join(cell("p", note) for note in self.notes)
        return (
            f"<table><caption>{html.escape(self.title)}</caption>{facts}</table>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}"
        )
