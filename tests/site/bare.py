"""Runs a downloaded notebook where glmlib is missing, as in Colab: python tests/site/bare.py

Makes a virtual environment with a kernel and nothing else, and a repository of what is
committed here. The notebook's first cell must install glmlib from it; then all cells run.
It takes two minutes and a network.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from glmlib.course.start import notebooks
from glmlib.site.pages import for_elsewhere

ROOT = Path(__file__).parents[2]
RUN = """import nbformat, nbclient
notebook = nbformat.read("lesson.ipynb", 4)
nbclient.NotebookClient(notebook, timeout=900, kernel_name="python3").execute()
print(len(notebook.cells), "cells ran")"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        clone, venv = Path(folder, "course"), Path(folder, "venv")
        subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, clone], check=True)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        python = venv / "bin" / "python"
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "ipykernel", "nbclient"], check=True
        )
        os.environ["GLMLIB_REPOSITORY"] = clone.as_uri()
        lesson = next(path for path in notebooks() if path.name.startswith("04"))
        lesson = for_elsewhere(json.loads(lesson.read_text("utf-8")))
        Path(folder, "lesson.ipynb").write_text(json.dumps(lesson), "utf-8")
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        missing = subprocess.run(
            [python, "-c", "import glmlib"], env=clean, stderr=subprocess.DEVNULL, cwd=folder
        )
        assert missing.returncode, "glmlib is there already"
        subprocess.run([python, "-c", RUN], env=clean, cwd=folder, check=True)


if __name__ == "__main__":
    main()
