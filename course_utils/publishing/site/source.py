"""The folder that Sphinx reads: made anew for each site, from what stands in the course."""

from __future__ import annotations

import re
import shutil
from binascii import a2b_base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from nbformat import NotebookNode

from course_utils import explorers, notebooks
from course_utils.notebooks import reveal
from course_utils.publishing.attachments import as_files
from course_utils.publishing.own_copies import own_copy
from course_utils.publishing.page import EXPLANATION_SUMMARY, proof_summary
from course_utils.publishing.site.course_map import front_page, page_not_found
from course_utils.publishing.site.openings import read_opening
from course_utils.publishing.site.repository import Repository, with_setup_cell
from course_utils.publishing.slides import fingerprint, fingerprint_of_deck

# Outputs that would be code in the page.
_ACTIVE = ("application/javascript", "application/vnd.jupyter.widget-view+json")
_ATTACHMENTS = "attachments"

_EXPLORERS = "explorers.js"


@dataclass(frozen=True)
class Link:
    """A link at the head of a notebook's page; one inside the site is relative to its top."""

    text: str
    target: str
    download: bool = False


@dataclass
class Source:
    """What was written for Sphinx.

    Parameters
    ----------
    folder : Path
        The folder that Sphinx reads.
    extra : Path
        The files that go into the site as they are: notebooks to download, slides.
    links : dict of str to list of Link
        The links of each notebook's page.
    alternatives : dict of str to dict of str to str
        For each notebook the alternative text of each figure, by the name that myst-nb gives to
        its file.
    stale : list of str
        The notebooks that have changed since their slides were made; these were left out.
    """

    folder: Path
    extra: Path
    links: dict[str, list[Link]] = field(default_factory=dict)
    alternatives: dict[str, dict[str, str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)


def write_source(
    paths: Sequence[Path],
    folder: Path,
    *,
    repository: Repository | None = None,
    slides: Path | None = None,
) -> Source:
    """Write the folder that Sphinx reads.

    Parameters
    ----------
    paths : sequence of Path
        The notebooks in the order of the course. The ``.md`` files beside them become pages too,
        after the notebooks.
    folder : Path
        An empty folder.
    repository : Repository, optional
        Where the course lives; without it there are no links to Colab and Binder.
    slides : Path, optional
        The folder of the rendered slides, ``NAME.html`` and ``NAME.pdf``. What is there is taken
        into the site and linked to, but for slides of an earlier state of their notebook.
    """
    source = Source(folder=Path(folder) / "pages", extra=Path(folder) / "extra")
    for place in (source.folder, source.extra / "notebooks"):
        place.mkdir(parents=True)
    # Without it GitHub would drop every folder whose name begins with an underscore.
    (source.extra / ".nojekyll").touch()
    openings, used = [], set()
    for path in paths:
        notebook = notebooks.read_notebook(path)
        openings.append(read_opening(notebook, name=path.stem))
        source.alternatives[path.stem] = _alternatives(notebook)
        decks = _copied_slides(path, notebook, slides, source)
        source.links[path.stem] = _links(path, repository, decks)
        offered = _offered(path.stem, notebook, [each.stem for each in paths], repository)
        _write(source.extra / "notebooks" / path.name, offered)
        _write(source.folder / path.name, _with_files(readable(notebook), source.folder))
        used |= _explorers_of(notebook)
    if used:
        (source.extra / "_static").mkdir()
        script = explorers.page_script(used)
        (source.extra / "_static" / _EXPLORERS).write_text(script, encoding="utf-8")
        source.scripts.append(_EXPLORERS)
    documents = [
        document
        for place in sorted({path.parent for path in paths})
        for document in notebooks.find_documents(place)
    ]
    for document in documents:
        shutil.copyfile(document, source.folder / document.name)
    front = front_page(openings, [document.stem for document in documents])
    (source.folder / "index.md").write_text(front, encoding="utf-8")
    missing = page_not_found(openings, f"/{repository.name}/" if repository else "")
    (source.extra / "404.html").write_text(missing, encoding="utf-8")
    return source


def _offered(
    name: str, notebook: NotebookNode, names: Sequence[str], repository: Repository | None
) -> NotebookNode:
    """The copy to download, and for Colab: a student's own, with no answer in sight."""
    if repository is None:
        return own_copy(notebook, name=name, names=names, index="")
    copied = own_copy(
        notebook,
        name=name,
        names=names,
        index="",
        address=lambda file: repository.opened(f"notebooks/{file}"),
    )
    return with_setup_cell(copied, repository)


def _write(path: Path, notebook: NotebookNode) -> None:
    path.write_bytes(notebooks.notebook_bytes(notebook))


def _with_files(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Write a page's attachments beside it, where Sphinx looks for pictures."""
    for cell in notebook.cells:
        if cell.get("attachments"):
            cell.source, files = as_files(cell, _ATTACHMENTS)
            del cell["attachments"]
            (folder / _ATTACHMENTS).mkdir(exist_ok=True)
            for name, content in files.items():
                (folder / _ATTACHMENTS / name).write_bytes(content)
    return notebook


def _alternatives(notebook: NotebookNode) -> dict[str, str]:
    found = {}
    for cell in notebooks.code_cells(notebook):
        for output in cell.outputs:
            for kind, ending in (("image/png", ".png"), ("image/jpeg", ".jpg")):
                alt = output.get("metadata", {}).get(kind, {}).get("alt")
                if alt and kind in output.get("data", {}):
                    name = sha256(a2b_base64(output.data[kind])).hexdigest()
                    found[f"{name}{ending}"] = alt
    return found


def _copied_slides(
    path: Path, notebook: NotebookNode, slides: Path | None, source: Source
) -> list[str]:
    """Copy what there is of a notebook's slides, unless they are old; return the files' names."""
    if slides is None:
        return []
    deck = Path(slides) / f"{path.stem}.html"
    # A deck that doesn't say what it was made from is somebody's own.
    made_from = fingerprint_of_deck(deck) if deck.is_file() else ""
    if made_from and made_from != fingerprint(notebook):
        source.stale.append(path.stem)
        return []
    names = [f"{path.stem}{ending}" for ending in (".html", ".pdf")]
    names = [name for name in names if (Path(slides) / name).is_file()]
    if names:
        (source.extra / "slides").mkdir(exist_ok=True)
    for name in names:
        shutil.copyfile(Path(slides) / name, source.extra / "slides" / name)
    return names


def _links(path: Path, repository: Repository | None, slides: Sequence[str]) -> list[Link]:
    file = f"notebooks/{path.name}"
    texts = {".html": "Slides", ".pdf": "Slides as PDF"}
    links = [Link("Download the notebook", file, download=True)]
    links += [Link(texts[Path(name).suffix], f"slides/{name}") for name in slides]
    if repository:
        links.append(Link("Open in Colab", repository.colab(file)))
        links.append(Link("Open in Binder", repository.binder(path.name)))
    return links


def readable(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook whose prose Sphinx reads as a notebook's reader does.

    Markdown inside folded answers is set free of its HTML by blank lines; speaker notes and
    explanations of what a question's answer shows are folded. Explorers become HTML that a script of the site brings to life; outputs that are other
    scripts are left out.
    """
    copy = notebook.copy()
    copy.cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell = cell.copy()
            cell.source = _unfenced(cell.source)
            if cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
                cell.source = reveal.folded("For instructors", cell.source)
            elif reveal.is_explanation(cell):
                cell.source = reveal.folded(EXPLANATION_SUMMARY, cell.source)
        elif cell.cell_type == "code":
            cell = _folding(cell)
            cell.outputs = [_passive(_with_live_explorer(output)) for output in cell.outputs]
        copy.cells.append(cell)
    return copy


def _folding(cell: NotebookNode) -> NotebookNode:
    """Fold for myst-nb what JupyterLab folds: proofs, and outputs that answer a question."""
    cell = cell.copy()
    hidden = cell.metadata.get("jupyter", {})
    proof = bool(hidden.get("source_hidden"))
    if proof or hidden.get("outputs_hidden"):
        tags = [*notebooks.cell_tags(cell), "hide-cell" if proof else "hide-output"]
        prompt = proof_summary(cell) if proof else "Show what happened"
        cell.metadata = NotebookNode(
            {**cell.metadata, "tags": tags, "mystnb": {"code_prompt_show": prompt}}
        )
    return cell


def _passive(output: NotebookNode) -> NotebookNode:
    if not set(_ACTIVE) & set(output.get("data", {})):
        return output
    passive = output.copy()
    passive.data = {kind: held for kind, held in output.data.items() if kind not in _ACTIVE}
    return passive


def _explorers_of(notebook: NotebookNode) -> set[str]:
    outputs = (output for cell in notebooks.code_cells(notebook) for output in cell.outputs)
    return explorers.names_in(outputs)


def _with_live_explorer(output: NotebookNode) -> NotebookNode:
    if not explorers.names_in([output]):
        return output
    return NotebookNode(output, data={"text/html": explorers.figure(output)}, metadata={})


def _unfenced(markdown: str) -> str:
    return re.sub(
        r"<details>\s*<summary>(.*?)</summary>\s*(.*?)\s*</details>",
        lambda match: reveal.folded(match.group(1), match.group(2), escaped=True),
        markdown,
        flags=re.DOTALL,
    )
