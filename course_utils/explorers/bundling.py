"""The explorers' JavaScript and style sheets, put together into one text for where they run.

The sources are ES modules that import from each other, as a browser reads them from a folder.
JupyterLab and a page opened from the disk take one text only, so each module becomes a function
here that returns what the module exports.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

MIME = "application/vnd.cnn-course.explorer+json"

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"([^"]+)";\s*$', re.MULTILINE)
# What only those who read the source need.
_FOR_READERS = re.compile(r"^[ \t]*//.*\n|^[ \t]+|^\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)


@cache
def module(name: str) -> str:
    """Return one explorer as an ES module without imports, for JupyterLab.

    Parameters
    ----------
    name : str
        The explorer's folder, as in ``"window"``.
    """
    source = _explorer(name)
    return f"{_functions([source])}export default {_called(source)}.explorer;\n"


@cache
def style(name: str) -> str:
    """Return an explorer's style sheet, with what all share."""
    return _style([name])


def page_script(names: Iterable[str]) -> str:
    """Return a script that puts live explorers in the place of their pictures on a page.

    Parameters
    ----------
    names : iterable of str
        Which explorers the page has.

    Returns
    -------
    str
        JavaScript with the style sheets and stored networks inside; it asks nothing of anyone.
    """
    wanted = sorted(set(names))
    sources = [_explorer(name) for name in wanted]
    assets = {name: _assets(name) for name in wanted if _assets(name)}
    table = ", ".join(f"{n}: {_called(s)}.explorer" for n, s in zip(wanted, sources, strict=True))
    mount = (
        f"frame_module.mountAll({{{table}}}, {json.dumps(_style(wanted))}, {json.dumps(assets)});"
    )
    script = f"(() => {{\n{_functions(sources)}{mount}\n}})();\n"
    # An HTML parser ends a script at this sign, even in the middle of a string.
    return re.sub(r"</(script)", r"<\\/\1", script, flags=re.IGNORECASE)


def names_in(outputs: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of the explorers among a notebook's outputs."""
    found = (output.get("data", {}).get(MIME) for output in outputs)
    return {stored["name"] for stored in found if stored}


def figure(output: Mapping[str, Any]) -> str:
    """Return the HTML of a stored explorer: its picture, which a script brings to life.

    Parameters
    ----------
    output : mapping
        A notebook's output that holds an explorer.
    """
    stored = output["data"][MIME]
    name, state = (html.escape(stored[key], quote=True) for key in ("name", "state"))
    return (
        f'<figure class="output" data-explorer="{name}" data-state="{state}">'
        f"{picture_of(output)}</figure>"
    )


def picture_of(output: Mapping[str, Any]) -> str:
    """Return the picture of a stored explorer as an element of HTML, with its description."""
    alt = html.escape(output.get("metadata", {}).get("image/png", {}).get("alt", ""), quote=True)
    content = output["data"].get("image/png", "").replace("\n", "")
    return f'<img alt="{alt}" src="data:image/png;base64,{content}">'


def _explorer(name: str) -> Path:
    path = _HERE / name / f"{name}.js"
    if not path.is_file():
        known = ", ".join(sorted(one.parent.name for one in _HERE.glob("*/*.js")))
        raise ValueError(f"name is {name!r}: use one of {known}")
    return path


def _style(names: Iterable[str]) -> str:
    files = [_HERE / "frame.css", *(_HERE / name / f"{name}.css" for name in names)]
    return "".join(file.read_text(encoding="utf-8") for file in files if file.is_file())


def _assets(name: str) -> dict[str, Any]:
    """What an explorer needs on a page beside its state, because no Python is there to tell."""
    if name != "sketchpad":
        return {}
    from course_utils.explorers.stored_network import page_network

    return {"network": page_network()}


def _functions(sources: Iterable[Path]) -> str:
    """The sources and all that they import, each after what it needs."""
    done: dict[Path, str] = {}

    def take(path: Path) -> None:
        path = path.resolve()
        if path in done:
            return
        text = path.read_text(encoding="utf-8")
        for _, file in _IMPORT.findall(text):
            take(path.parent / file)
        done[path] = _function(path, text)

    for source in sources:
        take(source)
    return "".join(done.values())


def _function(path: Path, text: str) -> str:
    def taken(match: re.Match[str]) -> str:
        names = re.sub(r"(\w+) as (\w+)", r"\1: \2", match[1])
        return f"const {{{names}}} = {_called(Path(match[2]))};"

    given = ", ".join(_EXPORT.findall(text))
    text = re.sub(r"^export default .*\n", "", text, flags=re.MULTILINE)
    body = re.sub(r"^export ", "", _IMPORT.sub(taken, text), flags=re.MULTILINE)
    body = _FOR_READERS.sub("", body)
    return f"const {_called(path)} = (() => {{\n{body}\nreturn {{ {given} }};\n}})();\n"


def _called(path: Path) -> str:
    # Not the stem alone, which a function inside may bear.
    return f"{path.stem}_module"
