"""Pictures that JupyterLab keeps inside a cell of text: those pasted, or dropped, into it."""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from hashlib import sha256
from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer
from nbformat import NotebookNode

_PREFIX = "attachment:"
_IN_MARKDOWN = re.compile(r"(!\[[^\]]*\]\(\s*<?)attachment:([^)>\"']+?)(>?(?:\s+[\"'][^)]*)?\))")
_IN_HTML = re.compile(r"(<img\b[^>]*?\bsrc\s*=\s*[\"']?)attachment:([^\"'>\s]+)", re.IGNORECASE)
# The first of these that there is; a drawing is sharp at any size, and PNG loses nothing.
_KINDS = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
_ENDINGS = {
    "image/svg+xml": ".svg",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}


def data_address(attachments: Mapping[str, Mapping[str, str]], name: str) -> str:
    """Return an attachment as an address that holds the picture itself; empty if it isn't there.

    Parameters
    ----------
    attachments : mapping
        The entry ``attachments`` of a cell.
    name : str
        The name as the text has it, with or without per cent signs for its blanks.
    """
    found = _picture(attachments, name)
    return f"data:{found[0]};base64,{found[1]}" if found else ""


def _picture(attachments: Mapping[str, Mapping[str, str]], name: str) -> tuple[str, str] | None:
    bundle = attachments.get(name) or attachments.get(unquote(name)) or {}
    kinds = [*_KINDS, *(kind for kind in bundle if kind.startswith("image/"))]
    kind = next((kind for kind in kinds if kind in bundle), None)
    if kind is None:
        return None
    return kind, re.sub(r"\s", "", bundle[kind])


class AttachmentRenderer(IPythonRenderer):
    """Markdown to HTML that shows attachments, and says so where one is missing."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if url.startswith(_PREFIX):
            name = url.removeprefix(_PREFIX)
            address = data_address(self.attachments, name)
            if not address:
                return f"<em>{self.escape_html(_missing(name))}</em>"
            url = address
        return super().image(text, url, title)

    def block_html(self, html: str) -> str:
        return super().block_html(_with_data(html, self.attachments))

    def inline_html(self, html: str) -> str:
        return super().inline_html(_with_data(html, self.attachments))


def _with_data(html: str, attachments: Mapping[str, Mapping[str, str]]) -> str:
    def address(match: re.Match[str]) -> str:
        return match[1] + (data_address(attachments, match[2]) or _PREFIX + match[2])

    return _IN_HTML.sub(address, html)


def as_files(cell: NotebookNode, place: str) -> tuple[str, dict[str, bytes]]:
    """Return a cell's text with its attachments as files, for who reads Markdown from a folder.

    Parameters
    ----------
    cell : NotebookNode
        A cell of text.
    place : str
        The folder that the files will be in, as the text is to name it.

    Returns
    -------
    source : str
        The text, in which each attachment is named ``place/NAME``.
    files : dict of str to bytes
        The content of the files by their names, which are hashes of it.
    """
    attachments, files = cell.get("attachments", {}), {}

    def file(name: str) -> str:
        found = _picture(attachments, name)
        if found is None:
            return ""
        try:
            content = a2b_base64(found[1])
        except ValueError:
            return ""
        made = sha256(content).hexdigest() + _ENDINGS.get(found[0], ".png")
        files[made] = content
        return f"{place}/{made}"

    source = _IN_MARKDOWN.sub(lambda match: _named(match, file), cell.source)
    # Sphinx looks at no file that HTML names.
    return _with_data(source, attachments), files


def _named(match: re.Match[str], file: Callable[[str], str]) -> str:
    made = file(match[2].strip())
    return f"{match[1]}{made}{match[3]}" if made else f"*{_missing(match[2])}*"


def _missing(name: str) -> str:
    return f"The picture {unquote(name)} is missing in this cell"
