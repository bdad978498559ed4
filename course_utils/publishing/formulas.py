"""Formulas as MathML, which browsers draw by themselves."""

from __future__ import annotations

import re
from html import escape

# Environments that latex2mathml does not know, and what it knows of the same shape.
_ENVIRONMENTS = {"aligned": "align*", "gathered": "gather*", "equation": ""}
_NOT_UNDERSTOOD = re.compile(r"<mi>(?:\\|&(?:amp;)?<)")


def formula(latex: str, *, block: bool) -> str:
    r"""Convert a formula from LaTeX to MathML.

    Parameters
    ----------
    latex : str
        The formula without its dollar signs; a whole environment such as
        ``\begin{align} … \end{align}`` is a formula too.
    block : bool
        Whether the formula stands on lines of its own.

    Returns
    -------
    str
        A ``math`` element; the source in a ``code`` element where latex2mathml cannot read it.
    """
    import latex2mathml.converter

    source = latex.strip()
    for name, known in _ENVIRONMENTS.items():
        for end in (name, name + "*"):
            for word in ("begin", "end"):
                replacement = f"\\{word}{{{known}}}" if known else ""
                source = source.replace(f"\\{word}{{{end}}}", replacement)
    try:
        mathml = latex2mathml.converter.convert(source, display="block" if block else "inline")
    # latex2mathml's exceptions share no base class of their own.
    except Exception:
        mathml = ""
    # What it does not know it prints as it stands.
    if not mathml or _NOT_UNDERSTOOD.search(mathml):
        code = f'<code class="formula">{escape(latex.strip(), quote=False)}</code>'
        return f"<p>{code}</p>" if block else code
    return mathml
