"""The course as a web site, from the notebooks as they are committed.

    python -m glmlib site DIR

writes pages into DIR that need no server, no kernel and no network: open DIR/index.html, or
put DIR on any static host. The extra brings what it needs: pip install "glmlib[site]".
"""

import shutil
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from ..course.classroom.lessons import chosen
from ..course.labs.engine import MOST
from ..course.start import notebooks
from .lite import write_lite
from .paper import chromium, write_pdf

MARK = ".glmlib-site"  # stands in a folder that a build may empty

SETTINGS = {
    "project": "glmlib",
    "author": "the glmlib authors",
    "extensions": [
        "myst_nb",
        "sphinx.ext.autodoc",
        "sphinx.ext.napoleon",
        "glmlib.site.extension",
    ],
    "html_theme": "furo",
    "html_title": "glmlib",
    "html_favicon": "icon.svg",
    "html_static_path": ["_static"],
    "html_extra_path": ["extra"],
    "html_css_files": [
        "katex/katex.min.css",
        "labs/glmlib_labs.css",
        "site.css",
        "progress.css",
    ],
    "html_js_files": [
        (name, {"defer": ""})
        for name in ("live.js", "labs/glmlib_labs.js", "site.js", "progress.js")
    ],
    "html_math_renderer": "katex",
    "html_copy_source": False,
    "html_show_copyright": False,
    "html_permalinks_icon": "#",
    "html_show_search_summary": False,  # would fetch pages, which a file may not
    # What a lesson shows was tested when it was committed: nothing runs here.
    "nb_execution_mode": "off",
    "nb_render_markdown_format": "myst",
    "nb_output_stderr": "error",
    "nb_merge_streams": True,
    "myst_enable_extensions": ["dollarmath"],
    "myst_links_external_new_tab": False,
    # A lesson links to a heading as JupyterLab does: words joined by hyphens.
    "myst_heading_anchors": 4,
    "myst_heading_slug_func": "glmlib.site.pages.slug",
    "default_role": "code",
    "autodoc_member_order": "bysource",
    "autodoc_typehints": "none",
    "napoleon_google_docstring": False,
    "napoleon_use_ivar": True,  # an attribute is told once, in the text of its class
    "suppress_warnings": ["myst.header"],  # a deeper section may begin at a lower level
}


def arguments(parser):
    """What the command line takes."""
    parser.add_argument("folder", metavar="DIR", help="made, or emptied if it is a site")
    parser.add_argument("--lessons", nargs="+", metavar="NN", help="such as 12 13; else all")
    parser.add_argument(
        "--lite",
        action="store_true",
        help="with JupyterLite beside the pages; from a clone, on Python 3.12 or newer",
    )


def command(options):
    """Build, and say what to open; 0."""
    paper = True
    try:
        chromium()
    except FileNotFoundError as error:
        print(f"{error}. The site is built without it.")
        paper = False
    lessons = chosen(options.lessons) if options.lessons else None
    folder = build(options.folder, paper=paper, lessons=lessons, lite=options.lite)
    print(f"Open {folder / 'index.html'} in a browser.")
    return 0


def build(folder, most=MOST, paper=True, lessons=None, lite=False):
    """Write the site into `folder`; its path.

    most : how many states a lab knows there; of long sliders it keeps every second stop.
    paper : whether the course is printed into a PDF, for which Chromium is needed.
    lessons : numbers such as "12", of the lessons that it has; None takes all, and the other
        notebooks.
    lite : whether there is a JupyterLite of the lessons beside the pages.

    Raises ValueError where `folder` holds something else, the extra is not installed, or
    Sphinx has anything to say: a link that leads nowhere, a formula that cannot be read.
    """
    try:
        import furo  # noqa: F401
        import myst_nb  # noqa: F401
        import py_mini_racer  # noqa: F401
        from sphinx.application import Sphinx
        from sphinx.errors import SphinxError
        from sphinx.util.docutils import docutils_namespace
    except ImportError as error:
        raise ValueError(f'{error}: pip install "glmlib[site]" brings it') from error
    from . import alive
    from .pages import LITE, PDF, numbered, start_lab, write_sources

    folder = Path(folder).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file: name a folder")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise ValueError(f"{folder} holds something else: name an empty folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    paths = [p for p in notebooks() if lessons is None or p.name[:2] in lessons]
    with TemporaryDirectory() as temporary, alive.workers() as pool:
        source, state = Path(temporary, "source"), Path(temporary, "state")
        tables = folder / "_static" / "labs"
        tables.mkdir(parents=True)
        printed = [pool.submit(write_pdf, numbered(paths), folder / PDF)] if paper else []
        beside = [pool.submit(write_lite, folder / LITE, numbered(paths))] if lite else []
        labs, made = alive.write_labs(paths, tables, pool, most)
        first = alive.write_lab("start", start_lab(), tables)
        write_sources(source, paths, labs, first, paper, lite, lessons is None)
        said = StringIO()
        try:
            with docutils_namespace():  # so that a second build finds nothing of the first
                Sphinx(source, None, folder, state, "html", SETTINGS, None, said).build()
        except SphinxError as error:
            said.write(str(error))
        if said.getvalue():
            raise ValueError(f"the site cannot be built:\n{said.getvalue()}")
        for one in printed + beside + made:
            one.result()  # an error is raised here
    return folder
