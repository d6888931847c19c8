"""Execute notebooks and write them in the one form in which they are committed.

    python tests/canonical.py notebooks/02_linear_regression.ipynb    execute in place
    python tests/canonical.py --check notebooks/*.ipynb               compare, write nothing

Two runs give the same bytes, pictures included. Nothing that changes from run to run is
kept: no timings, no widget state, no version of Python, no ids that an editor invents.
"""

import argparse
import difflib
import re
import sys
from pathlib import Path

import nbformat.v4
from nbclient import NotebookClient

from glmlib.course.classroom.handout import METADATA
from one_thread import prepare

# A running widget's view has a random id, and a reader without a kernel sees nothing of it.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# The last is how JupyterLab stores that what stands below a heading is folded.
CELL_METADATA = ("editable", "jupyter", "slideshow", "tags", "jp-MarkdownHeadingCollapsed")
CELL_ID = re.compile(r"^[a-zA-Z0-9-_]{1,64}$")
# "File ~/somewhere/glmlib/models.py:7" says where the writer keeps his files.
FOLDERS = re.compile(r"(?:~|[A-Za-z]:)?[/\\][^\s:'\"\x1b]*[/\\](?=[\w-]+\.py\b)")


def _cell_metadata(metadata):
    """Return what a lesson means by a cell's metadata: tags, folding, slides, editable."""
    kept = {key: metadata[key] for key in CELL_METADATA if key in metadata}
    for key, names in (("jupyter", ("source_hidden",)), ("slideshow", ("slide_type",))):
        kept[key] = {name: kept[key][name] for name in names if kept.get(key, {}).get(name)}
    return nbformat.from_dict(
        {key: value for key, value in kept.items() if value not in ({}, [])}
    )


def _cell_ids(cells):
    """Keep the ids that are valid and not yet taken; name the other cells by position."""
    taken = set()
    for position, cell in enumerate(cells, start=1):
        identity, copy = cell.get("id", ""), 1
        while not CELL_ID.match(identity) or identity in taken:
            identity = f"cell-{position:02d}" + (f"-{copy}" if copy > 1 else "")
            copy += 1
        taken.add(identity)
        yield identity


def _outputs(outputs):
    """Drop widget views and the writer's folders; join consecutive pieces of one stream."""
    kept = []
    for output in outputs:
        output = output.copy()
        if "data" in output:
            output.data = nbformat.from_dict(
                {mime: value for mime, value in output.data.items() if mime != WIDGET_VIEW}
            )
            output.metadata.pop(WIDGET_VIEW, None)
            if not output.data:
                continue
        if output.output_type == "error":
            output.traceback = [FOLDERS.sub("", line) for line in output.traceback]
        previous = kept[-1] if kept else {}
        if output.output_type == "stream" and previous.get("name") == output.name:
            previous.text += output.text
        else:
            kept.append(output)
    return kept


def normalise(notebook):
    """Return the canonical form of `notebook`, which is left as it is; nothing is executed."""
    cells = []
    for cell, identity in zip(notebook.cells, _cell_ids(notebook.cells), strict=True):
        new = {
            "id": identity,
            "cell_type": cell.cell_type,
            "metadata": _cell_metadata(cell.metadata),
            "source": cell.source,
        }
        if cell.cell_type == "code":
            new["execution_count"] = cell.execution_count
            new["outputs"] = _outputs(cell.outputs)
        elif "attachments" in cell:
            new["attachments"] = cell.attachments
        cells.append(new)
    title = {key: notebook.metadata[key] for key in ("title",) if key in notebook.metadata}
    return nbformat.from_dict(
        {"cells": cells, "metadata": METADATA | title, "nbformat": 4, "nbformat_minor": 5}
    )


def to_text(notebook):
    """Return the text of the file: sorted keys, an indent of one space, a last newline."""
    return nbformat.v4.writes_json(notebook).rstrip("\n") + "\n"


def from_text(text):
    """Return the notebook as it is stored; `nbformat.reads` would mend its ids at random."""
    return nbformat.v4.reads_json(text)


def execute(notebook, folder, timeout=600):
    """Run every cell in a fresh kernel that starts in `folder`; return the canonical form.

    A cell that raises stops the run, unless it is tagged `raises-exception`.
    """
    prepare()
    copy = normalise(notebook)
    NotebookClient(
        copy,
        kernel_name="python3",
        timeout=timeout,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],
    ).execute()
    return normalise(copy)


def main(arguments=None):
    """Execute the notebooks named on the command line; return 1 if `--check` sees a change."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args(arguments)
    changed = False
    for path in options.notebooks:
        stored = path.read_text(encoding="utf-8")
        text = to_text(execute(from_text(stored), path.parent.resolve()))
        if text == stored:
            print(f"{path}: unchanged")
            continue
        changed = True
        if options.check:
            lines = difflib.unified_diff(
                stored.splitlines(), text.splitlines(), "stored", "executed", lineterm="", n=1
            )
            print(f"{path}: differs from a fresh run")
            print("\n".join(line[:160] for line in list(lines)[:40]))
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path}: written")
    return int(options.check and changed)


if __name__ == "__main__":
    sys.exit(main())
