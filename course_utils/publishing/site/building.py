"""Building the site: a folder of pages that a browser reads from the disk, without internet."""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from course_utils.cores import available_cores
from course_utils.publishing.site.repository import Repository
from course_utils.publishing.site.source import Source, write_source

_HERE = Path(__file__).parent


class SiteError(Exception):
    """The site could not be built; the message says why."""


def build_site(
    paths: Sequence[Path],
    target: Path,
    *,
    repository: Repository | None = None,
    slides: Path | None = None,
    mathjax: Path | None = None,
    say: Callable[[str], object] = lambda line: None,
) -> Path:
    """Build the course's site. No notebook is executed: the stored outputs are shown.

    Parameters
    ----------
    paths : sequence of Path
        The notebooks in the order of the course.
    target : Path
        The folder of the site; what an earlier build left in it is replaced.
    repository : Repository, optional
        Where the course lives; without it there are no links to Colab and Binder.
    slides : Path, optional
        The folder of the rendered slides, if there is one.
    mathjax : Path, optional
        MathJax 3 in one file. Without it formulas become MathML, which needs no script.
    say : callable
        Called with a line for each notebook whose slides are of an earlier state, and left out.

    Returns
    -------
    Path
        The front page.

    Raises
    ------
    SiteError
        If Sphinx is not installed, or finds anything to warn about, or `target` holds anything
        but a site.
    """
    target = Path(target).resolve()
    _refuse_what_is_no_site(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the finished site can be moved in one step.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".site-") as work:
        source = write_source(paths, Path(work) / "source", repository=repository, slides=slides)
        for name in source.stale:
            say(
                f"{name} has changed since its slides were made, so they are left out: make them "
                f"anew with python -m course_utils slides {name[:2]}"
            )
        made = Path(work) / "site"
        _sphinx(source, made, Path(work), mathjax)
        if target.exists():
            os.replace(target, Path(work) / "old")
        os.replace(made, target)
    return target / "index.html"


def settings(source: Source, *, mathjax: bool) -> dict[str, Any]:
    """Return Sphinx' settings for the site."""
    return {
        "project": "Convolutional networks",
        "html_title": "Convolutional networks",
        "language": "en",
        "extensions": ["myst_nb", "course_utils.publishing.site.extension"],
        "exclude_patterns": [],
        "nb_execution_mode": "off",
        # The stored notebooks hold no widget state, and the default is two scripts from CDNs.
        "nb_ipywidgets_js": {},
        "myst_enable_extensions": ["dollarmath", "amsmath"],
        "myst_heading_anchors": 3,
        "html_theme": "furo",
        "html_theme_options": {"top_of_page_buttons": []},
        "html_static_path": [str(_HERE / "static")],
        "html_css_files": ["course.css"],
        "html_js_files": [(name, {"defer": "defer"}) for name in ("course.js", *source.scripts)],
        "html_extra_path": [str(source.extra)],
        "templates_path": [str(_HERE / "templates")],
        "html_show_copyright": False,
        "html_copy_source": False,
        "html_use_index": False,
        "html_permalinks_icon": "#",
        "html_math_renderer": "mathjax" if mathjax else "mathml",
        "mathjax_path": "mathjax.js",
        # Its accessibility explorer would fetch speech rules; formulas carry hidden MathML.
        "mathjax3_config": {
            "options": {"enableMenu": False},
            # A formula could otherwise hold a link that runs a script, or a picture from anywhere.
            "tex": {"packages": {"[-]": ["html", "bbox"]}, "macros": {"mmlToken": ""}},
        },
        "course_alternatives": source.alternatives,
        "course_links": {
            name: [asdict(link) for link in links] for name, links in source.links.items()
        },
    }


def _sphinx(source: Source, made: Path, work: Path, mathjax: Path | None) -> None:
    try:
        import furo  # noqa: F401
        import myst_nb  # noqa: F401
        from sphinx.application import Sphinx
        from sphinx.errors import SphinxError
        from sphinx.util.docutils import docutils_namespace, patch_docutils
    except ImportError as error:
        raise SiteError(
            f"the site needs {error.name}, which is not installed: "
            'pip install "cnn-course[publish]", or -e ".[publish]" in a clone'
        ) from error
    if mathjax is not None:
        scripts = source.extra / "_static"
        scripts.mkdir(exist_ok=True)
        shutil.copyfile(mathjax, scripts / "mathjax.js")
    warnings = StringIO()
    with _logging_left_alone(), patch_docutils(), docutils_namespace():
        try:
            app = Sphinx(
                srcdir=source.folder,
                confdir=None,
                outdir=made,
                doctreedir=work / "doctrees",
                buildername="html",
                confoverrides=settings(source, mathjax=mathjax is not None),
                status=None,
                warning=warnings,
                parallel=available_cores(),
            )
            app.build()
        except (SphinxError, OSError) as error:
            said = _plain(warnings.getvalue(), source.folder)
            raise SiteError(f"{error}\n{said}".strip()) from error
    if said := _plain(warnings.getvalue(), source.folder):
        raise SiteError(f"Sphinx warns:\n{said}")
    for unneeded in (".buildinfo", "objects.inv"):
        (made / unneeded).unlink(missing_ok=True)
    shutil.rmtree(made / "_sources", ignore_errors=True)


def _plain(said: str, folder: Path) -> str:
    """Take colours and the temporary folder out of what Sphinx said."""
    return re.sub(r"\x1b\[[\d;]*m", "", said).replace(f"{folder}{os.sep}", "").strip()


def _refuse_what_is_no_site(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        if not (target / "searchindex.js").is_file():
            raise SiteError(
                f"{target} is there and holds no site: choose another --output, or remove it"
            )


@contextmanager
def _logging_left_alone():
    """Take Sphinx' handlers away again, which it leaves on the logger of its name."""
    logger = logging.getLogger("sphinx")
    before = logger.handlers[:]
    try:
        yield
    finally:
        logger.handlers[:] = before
