"""One JupyterLab and one Chromium for the whole run."""

from pathlib import Path

import pytest

from lab_server import served


def pytest_collection_modifyitems(items):
    """A browser that shares its processor may miss a moment: what fails is tried once more.

    What fails twice is a failure; how many were tried again is told at the end of the run.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """`served`, once for the whole run."""
    with served(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


# What the page has asked the kernel and not yet got a last answer to. The kernel's messages
# reach a widget before the `idle` that ends them is seen here, and a widget that held back a
# move while the last one was under way sends it before as well: an empty set means rest.
LISTEN = """() => { window.pending = new Set(); window.sent = [];
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    kernel.anyMessage.connect((_, { msg, direction }) => {
        if (direction !== 'send' || msg.channel !== 'shell') return;
        pending.add(msg.header.msg_id);
        sent.push(msg.header.msg_type);
    });
    kernel.iopubMessage.connect((_, msg) => {
        if (msg.header.msg_type === 'status' && msg.content.execution_state === 'idle')
            pending.delete(msg.parent_header.msg_id);
    }); }"""
# Other cells into the open notebook, whose kernel has imported everything already.
REPLACE = """cells => { const { sharedModel } = jupyterapp.shell.currentWidget.content.model;
    sharedModel.transact(() => { sharedModel.deleteCellRange(0, sharedModel.cells.length);
        sharedModel.insertCells(0, cells.map(source => ({ cell_type: 'code', source })));
    }, false); }"""
SHOWN = """cells => { const panel = window.jupyterapp?.shell.currentWidget;
    const sources = panel?.content?.widgets?.map(cell => cell.model.sharedModel.source);
    return JSON.stringify(sources) === JSON.stringify(cells) && panel.context?.isReady
        && panel.sessionContext?.session?.kernel?.status === 'idle'; }"""


class Notebook:
    """One notebook in JupyterLab, into which each test puts its own cells.

    Page and kernel are kept from test to test. After a test that failed both are new.
    """

    def __init__(self, chromium, address, folder):
        self.chromium, self.address, self.folder = chromium, address, folder
        self.page, self.count = None, 0

    def open(self, cells, outputs=None, settings=None):
        """A page with a new notebook and a new kernel."""
        import nbformat

        self.close()
        self.count += 1
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        notebook.cells[0].outputs = outputs or []
        nbformat.write(notebook, self.folder / f"lab {self.count}.ipynb")
        page = self.chromium.new_page(viewport={"width": 1280, "height": 720})
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(f"{self.address}/lab/tree/lab {self.count}.ipynb?reset")
        page.wait_for_function(SHOWN, arg=list(cells), timeout=90_000)
        page.evaluate(LISTEN)
        self.page = page

    def replace(self, cells):
        self.page.errors.clear()
        self.page.evaluate(REPLACE, list(cells))
        self.page.wait_for_function(SHOWN, arg=list(cells), timeout=20_000)

    def close(self):
        if self.page is not None:
            self.page.close()
            self.page = None


@pytest.fixture(scope="session")
def notebook(chromium, jupyterlab):
    notebook = Notebook(chromium, *jupyterlab)
    yield notebook
    notebook.close()


@pytest.fixture
def open_notebook(notebook, request):
    """A function: cells -> a page on which they run.

    With `outputs` the first cell has them already, and nothing is run.
    """
    if getattr(request.node, "execution_count", 1) > 1:  # of pytest-rerunfailures
        notebook.close()
    failed = request.session.testsfailed

    def open_(*cells, outputs=None):
        if notebook.page is None or outputs is not None:
            notebook.open(cells, outputs)
        else:
            notebook.replace(cells)
        if outputs is None:
            notebook.page.evaluate(
                "() => { jupyterapp.commands.execute('notebook:run-all-cells'); }"
            )
        return notebook.page

    yield open_
    if request.session.testsfailed > failed:
        notebook.close()
