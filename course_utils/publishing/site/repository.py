"""Where the course lives on GitHub, and the links that open its notebooks from there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

# What the notebooks import and Colab does not bring.
_MISSING_ON_COLAB = ("anywidget",)
_SETUP = """\
# Added by the course's site: installs the course where it is missing, as on Google Colab,
# and does nothing anywhere else.
from importlib.util import find_spec

if find_spec("course_utils") is None:
    # Colab keeps its own NumPy, TensorFlow and Jupyter: other versions would break the session.
    %pip install --quiet --no-deps git+{address}
    %pip install --quiet {missing}"""


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub.

    Parameters
    ----------
    owner, name : str
        As in ``https://github.com/OWNER/NAME``.
    site_branch : str
        The branch that holds the built site, and with it the copies of the notebooks that Colab
        opens.
    """

    owner: str
    name: str
    site_branch: str = "gh-pages"

    @property
    def address(self) -> str:
        return f"https://github.com/{self.owner}/{self.name}"

    def colab(self, file: str) -> str:
        """Return the address that opens a file of the site's branch in Google Colab."""
        place = f"{self.owner}/{self.name}/blob/{self.site_branch}/{file}"
        return f"https://colab.research.google.com/github/{place}"

    def opened(self, file: str) -> str:
        """Return the address at which a file is opened from Colab: texts open on GitHub."""
        if file.endswith(".ipynb"):
            return self.colab(file)
        return f"{self.address}/blob/HEAD/{file}"

    def binder(self, file: str) -> str:
        """Return the address that opens a lesson on the desk that ``postBuild`` lays in Binder."""
        place = f"lab/tree/my_course/{file}"
        return f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/HEAD?urlpath={place}"


def parse_repository(address: str, *, site_branch: str = "gh-pages") -> Repository:
    """Read the address of a repository.

    Raises
    ------
    ValueError
        If it is not of the form ``https://github.com/OWNER/NAME``: Colab opens no others.
    """
    match = re.fullmatch(
        r"(?:https://)?github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", address.strip()
    )
    if not match:
        raise ValueError(
            f"the repository {address!r} is not of the form https://github.com/OWNER/NAME, "
            "which Colab and Binder need: correct it, or leave it out for a site without their "
            "links"
        )
    if not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*", site_branch):
        raise ValueError(f"the branch {site_branch!r} is not a branch's name such as gh-pages")
    return Repository(match.group(1), match.group(2), site_branch)


def configured_address(pyproject: Path | None = None) -> str:
    """Return the repository's address in pyproject.toml, ``project.urls.Repository``, or ``""``."""
    if pyproject is None:
        pyproject = Path(__file__).resolve().parents[3] / "pyproject.toml"
    if not pyproject.is_file():
        return ""
    urls = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"].get("urls", {})
    return urls.get("Repository", "")


def with_setup_cell(notebook: NotebookNode, repository: Repository) -> NotebookNode:
    """Return a copy of a notebook whose first code cell gets the course onto a bare machine."""
    source = _SETUP.format(address=repository.address, missing=" ".join(_MISSING_ON_COLAB))
    cell = new_code_cell(source, id="course-setup")
    cell.metadata["slideshow"] = {"slide_type": "skip"}
    copy = notebook.copy()
    # The title stays on top.
    copy.cells = [*notebook.cells[:1], cell, *notebook.cells[1:]]
    return copy
