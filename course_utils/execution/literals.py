"""Values as Python code, in which, unlike in JSON, each keeps its type."""

from __future__ import annotations

import math


class Source(str):
    """Python code for a value."""


def python_source(value: object) -> str:
    """Return Python code for a value made of literals, NaN and infinities among them."""
    if isinstance(value, Source):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    if isinstance(value, dict):
        items = (f"{python_source(key)}: {python_source(held)}" for key, held in value.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, (list, tuple, set)) and value:
        inside = ", ".join(map(python_source, value))
        if isinstance(value, tuple):
            return f"({inside},)" if len(value) == 1 else f"({inside})"
        return f"[{inside}]" if isinstance(value, list) else f"{{{inside}}}"
    return repr(value)
