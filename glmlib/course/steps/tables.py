"""Tables of algebra and code, and outputs that live with a kernel and read without one."""

import html


def code(text):
    """A line of code as HTML, in one line."""
    return f"<code>{html.escape(text)}</code>"


def table(rows, caption, columns):
    """An HTML table with header cells; rows are (name, cells in the order of columns)."""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("line", *columns))
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in row)}</tr>'
        for name, row in rows
    )
    return f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>"


def widget_and_text(box, text, plain):
    """The parts of an output: the widget, and HTML and text for a page without a kernel."""
    view = box._repr_mimebundle_()
    view = view[0] if isinstance(view, tuple) else view
    kind = "application/vnd.jupyter.widget-view+json"
    return {kind: view[kind], "text/html": text, "text/plain": plain}
