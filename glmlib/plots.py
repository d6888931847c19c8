"""Pictures: pure functions from an axes and numbers to artists, and one way to show a figure.

Matplotlib is imported inside the functions, so that importing this module costs nothing.
"""

import base64
import html
import io


class _Picture:
    """A PNG with its alt text, in the three forms that viewers ask for."""

    def __init__(self, png, alt):
        self.png, self.alt = base64.b64encode(png).decode("ascii"), alt

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        source = f"data:image/png;base64,{self.png}"
        return {
            "text/html": f'<img alt="{html.escape(self.alt)}" src="{source}">',
            "image/png": self.png,
            "text/plain": self.alt,
        }


def show(fig, alt):
    """Display a finished figure together with its alt text, and close it.

    JupyterLab and nbconvert lose the alt text of a plain `image/png`. One output therefore
    carries an HTML `<img alt=…>`, the PNG for print, and the sentence itself.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        From pyplot or made directly; drawn at 96 dots per inch or less.
    alt : str
        The type of the plot, its axes with their ranges, and the point it makes.

    Raises
    ------
    ValueError
        If `alt` is empty: a picture without words shuts a blind reader out.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> fig = Figure(figsize=(2, 1))
    >>> _ = fig.subplots().plot([0, 1], [0, 1])
    >>> show(fig, "A line from (0, 0) to (1, 1).")
    A line from (0, 0) to (1, 1).
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    alt = " ".join(alt.split())
    if not alt:
        raise ValueError("alt is empty: say what the figure shows in a sentence or two")
    png = io.BytesIO()
    # Without the "Software" field the bytes depend on the drawing alone.
    fig.savefig(
        png,
        format="png",
        dpi=min(fig.dpi, 96),
        bbox_inches="tight",
        metadata={"Software": None},
    )
    plt.close(fig)
    display(_Picture(png.getvalue(), alt))
