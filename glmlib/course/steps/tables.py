"""Tables of algebra and code, and outputs that live with a kernel and read without one."""

CELL = 'style="text-align: left; padding: 6px 8px; border-bottom: 1px solid #ccc"'
CODE = '<code style="font-size: 13px; padding: 0; background: none">'


def table(rows, caption, columns):
    """An HTML table with header cells; rows are (name, cells in the order of columns)."""
    head = "".join(f'<th scope="col" {CELL}>{name}</th>' for name in ("line", *columns))
    body = "".join(
        f'<tr><th scope="row" {CELL}>{name}</th>'
        + "".join(f"<td {CELL}>{cell}</td>" for cell in row)
        + "</tr>"
        for name, row in rows
    )
    return (
        '<table style="border-collapse: collapse; font-size: 15px; width: 100%; '
        'table-layout: auto">'
        f'<caption style="text-align: left">{caption}</caption>'
        f"<tr>{head}</tr>{body}</table>"
    )


def widget_and_text(box, text, plain):
    """The parts of an output: the widget, and HTML and text for a page without a kernel."""
    view = box._repr_mimebundle_()
    view = view[0] if isinstance(view, tuple) else view
    kind = "application/vnd.jupyter.widget-view+json"
    return {kind: view[kind], "text/html": text, "text/plain": plain}
