"""JupyterLab for a lecture: nothing but the lesson, in large letters.

    jupyter lab --config lecture.py 02_linear_regression.ipynb

The keys work as ever: Shift+Enter runs a cell, Ctrl+Shift+C finds every command. What you
have set in your own JupyterLab stays as it is.
"""

import atexit
import json
from pathlib import Path
from tempfile import TemporaryDirectory

LETTERS = "20px"  # of text; code has the same
STYLE = f"""
:root, body {{
  --jp-content-font-size1: {LETTERS} !important;
  --jp-code-font-size: {LETTERS} !important;
}}
#jp-top-panel, #jp-menu-panel, #jp-bottom-panel, .lm-DockPanel-tabBar,
.jp-NotebookPanel-toolbar {{
  border: 0 !important;
  max-height: 0 !important; /* JupyterLab gives the lesson what is left */
  min-height: 0 !important;
  overflow: hidden !important;
}}
.jp-cell-toolbar, .Toastify {{ display: none !important; }}
"""
SIDE = {"collapsed": True, "visible": False}
LAYOUT = {"left": SIDE, "right": SIDE}

folder = TemporaryDirectory()
atexit.register(folder.cleanup)
Path(folder.name, "custom.css").write_text(STYLE, encoding="utf-8")
Path(folder.name, "default-37a8.jupyterlab-workspace").write_text(
    json.dumps({"data": {"layout-restorer:data": LAYOUT}, "metadata": {"id": "default"}})
)

c = get_config()  # noqa: F821 (Jupyter hands it over)
c.ServerApp.tornado_settings = {"static_custom_path": [folder.name]}
c.LabApp.custom_css = True
c.LabApp.workspaces_dir = folder.name
c.LabApp.default_url = "/lab/tree/00_start_here.ipynb"
