"""``site``: build the course's site from the stored notebooks."""

from __future__ import annotations

import time
from pathlib import Path

import click
from rich.console import Console

from course_utils import notebooks
from course_utils.commands.display import make_console
from course_utils.commands.options import Folder


@click.command()
@click.option(
    "--output",
    type=Folder(),
    default="build/site",
    show_default=True,
    help="The folder of the site; an earlier site in it is replaced.",
)
@click.option(
    "--slides",
    type=Folder(),
    default="build/slides",
    show_default=True,
    help="The folder of the rendered slides; those that are there go into the site.",
)
@click.option(
    "--repository",
    envvar="CNN_COURSE_REPOSITORY",
    show_envvar=True,
    help="Where the course lives, https://github.com/OWNER/NAME, for the links to Colab and "
    "Binder; by default project.urls.Repository of pyproject.toml. Without either no such links.",
)
@click.option(
    "--site-branch",
    default="gh-pages",
    show_default=True,
    help="The branch of the repository that the site is published on: Colab opens the copies of "
    "the notebooks that lie there.",
)
def site(
    output: Path,
    slides: Path,
    repository: str | None,
    site_branch: str,
) -> None:
    """Build the course's site from the stored notebooks, without executing them."""
    from course_utils.publishing import SiteError, build_site, configured_address, parse_repository

    console = make_console()
    start = time.monotonic()
    try:
        address = repository if repository is not None else configured_address()
        place = parse_repository(address, site_branch=site_branch) if address else None
        mathjax = _find_mathjax(console)
        front = build_site(
            notebooks.find_notebooks(),
            output,
            repository=place,
            slides=slides,
            mathjax=mathjax,
            say=lambda line: console.print(line, soft_wrap=True, markup=False),
        )
    except (ValueError, SiteError) as error:
        raise click.ClickException(str(error)) from error
    said = [f"Built in {time.monotonic() - start:.0f} s. Read it: {front}"]
    if place:
        said.append(
            f"Colab opens the notebooks from the branch {place.site_branch} of {place.address}: "
            "publish this folder there."
        )
    else:
        said.append("No links to Colab and Binder: no --repository is set.")
    for line in said:
        console.print(line, soft_wrap=True, markup=False)


def _find_mathjax(console: Console) -> Path | None:
    """Return the file of MathJax; say why the site does without, where there is none."""
    from course_utils.publishing import javascript

    try:
        return javascript.file("mathjax/es5/tex-svg-full.js")
    except javascript.JavaScriptMissing as missing:
        console.print(str(missing), soft_wrap=True, markup=False)
        console.print("The formulas become MathML, which browsers draw by themselves.")
        return None
