"""A fold in a cell's output: what a lab says, closed until the prediction is made.

A notebook stores its outputs. A printed result below a question would answer it, so the
cells behind a question print into a fold. It opens by a click, without a kernel too.
"""

import html
from base64 import b64encode
from contextlib import contextmanager


class Fold:
    """HTML behind a summary; as plain text the summary alone."""

    def __init__(self, summary, content):
        self.summary, self.content = summary, content

    def __repr__(self):
        return f"{self.summary} (folded)"

    def _repr_html_(self):
        summary = html.escape(self.summary)
        return f"<details><summary>{summary}</summary>\n{self.content}\n</details>"


@contextmanager
def folded(summary="After your prediction: what comes out"):
    """Put all that the block prints and shows into one closed fold, in its order.

    An error in the block is raised as ever, and what was printed before it is shown.

    >>> with folded("The sum"):
    ...     print(1 + 1)
    The sum (folded)
    """
    from IPython.display import display
    from IPython.utils.capture import capture_output

    try:
        with capture_output() as caught:
            yield
    finally:
        printed = f"<pre>{html.escape(caught.stdout)}</pre>" if caught.stdout else ""
        shown = [as_html(output.data) for output in caught.outputs]
        display(Fold(summary, "\n".join(filter(None, [printed, *shown]))))


def as_html(data):
    """One output that was shown, as HTML."""
    if "text/html" in data:
        return data["text/html"]
    if "image/png" in data:
        png = data["image/png"]
        png = png if isinstance(png, str) else b64encode(png).decode()
        alt = html.escape(data.get("text/plain", ""))
        return f'<img alt="{alt}" src="data:image/png;base64,{png}">'
    return f"<pre>{html.escape(data.get('text/plain', ''))}</pre>"
