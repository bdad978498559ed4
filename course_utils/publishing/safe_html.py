"""HTML that shows everything and does nothing: no script in it runs, and it asks for nothing.

A notebook may come from anyone, and its Markdown and its outputs hold HTML. What is allowed here
is listed; all else is left out, by the HTML parser and cleaner of Ammonia (`nh3`), which reads
broken HTML as browsers do.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

# 'unsafe-inline' concerns styles: the page's own, and those of tables and figures.
_PAGE_POLICY = (
    "default-src 'none'; img-src 'self' file: data: blob:; media-src data: blob:; font-src data:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)

_PROSE = """
    a abbr article aside b bdi bdo blockquote br caption center cite code col colgroup dd del
    details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img input ins
    kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary
    sup table tbody td tfoot th thead time tr tt u ul var wbr audio video source
"""
_MATHML = """
    math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow
    ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none
"""
# Neither links nor anything that holds HTML again: no use, a, image, foreignObject, title, desc.
_SVG = """
    svg g path rect circle ellipse line polyline polygon text tspan defs linearGradient
    radialGradient stop clipPath marker
"""
_TAGS = frozenset((_PROSE + _MATHML + _SVG).split())
_SVG_ATTRIBUTES = """
    clip-path clip-rule clipPathUnits cx cy d dominant-baseline dx dy fill fill-opacity fill-rule
    font-family font-size font-style font-weight fx fy gradientTransform gradientUnits height
    marker-end marker-mid marker-start markerHeight markerUnits markerWidth offset opacity orient
    pathLength points preserveAspectRatio r refX refY rx ry spreadMethod stop-color stop-opacity
    stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-opacity stroke-width text-anchor transform vector-effect viewBox width x x1 x2 y y1 y2
"""
_MATHML_ATTRIBUTES = """
    accent accentunder columnalign columnlines columnspacing columnspan depth display displaystyle
    fence form frame height largeop linethickness lspace mathbackground mathcolor mathsize
    mathvariant maxsize minsize movablelimits notation rowalign rowlines rowspacing rowspan rspace
    scriptlevel separator stretchy symmetric voffset width
"""
_ATTRIBUTES: Mapping[str, AbstractSet[str]] = {
    # The last two are those of slides.
    "*": frozenset(
        "class id style title lang dir role tabindex aria-label aria-labelledby aria-describedby "
        "aria-hidden aria-level aria-live data-cell data-fragment-index".split()
    ),
    "a": frozenset(["href", "download"]),
    "audio": frozenset(["controls", "loop", "muted", "src"]),
    "col": frozenset(["span"]),
    "colgroup": frozenset(["span"]),
    "details": frozenset(["open"]),
    # What the course's explorers read their start from; its own script does.
    "figure": frozenset(["data-explorer", "data-state"]),
    "img": frozenset(["alt", "height", "src", "width"]),
    "input": frozenset(["checked"]),
    "li": frozenset(["value"]),
    "ol": frozenset(["reversed", "start", "type"]),
    "source": frozenset(["src", "type"]),
    "table": frozenset(["border"]),
    "td": frozenset(["align", "colspan", "headers", "rowspan"]),
    "th": frozenset(["align", "colspan", "headers", "rowspan", "scope"]),
    "time": frozenset(["datetime"]),
    "video": frozenset(["controls", "height", "loop", "muted", "src", "width"]),
    **dict.fromkeys(_MATHML.split(), frozenset(_MATHML_ATTRIBUTES.split())),
    **dict.fromkeys(_SVG.split(), frozenset(_SVG_ATTRIBUTES.split())),
}
# Properties that cannot name an address, and none that takes an element out of its place.
_STYLES = frozenset(
    """
    align-items background-color border border-bottom border-bottom-color border-bottom-style
    border-bottom-width border-collapse border-color border-left border-left-color
    border-left-style border-left-width border-radius border-right border-right-color
    border-right-style border-right-width border-spacing border-style border-top border-top-color
    border-top-style border-top-width border-width caption-side color column-gap display
    fill fill-opacity flex flex-direction flex-wrap float font font-family font-size font-style
    font-variant font-weight gap grid-template-columns height justify-content letter-spacing
    line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-height
    max-width min-height min-width opacity overflow overflow-wrap overflow-x overflow-y padding
    padding-bottom padding-left padding-right padding-top row-gap stroke stroke-dasharray
    stroke-opacity stroke-width text-align text-decoration text-indent text-transform
    vertical-align visibility white-space width word-break
    """.split()
)
_MEDIA = re.compile(
    r"data:(?:image/(?:avif|bmp|gif|jpeg|png|svg\+xml|webp)|(?:audio|video)/[\w.+-]+)[;,]",
    re.IGNORECASE,
)
# A file beside the page. A slash or a backslash at the start may lead to another machine.
_BESIDE = re.compile(r"(?![/\\])[^:\\]*")
_LINK = re.compile(r"(?!data:)", re.IGNORECASE)
# A name inside the document is no address; an escape may spell any word.
_ADDRESS_IN_STYLE = re.compile(r"url\s*\((?!\s*['\"]?#)|image(?:-set)?\s*\(|\\|/\*", re.IGNORECASE)
_NAMING_ADDRESSES = {"style", "fill", "stroke", "clip-path"} | {
    f"marker-{place}" for place in ("start", "mid", "end")
}
_ACTIVE = re.compile(r"<\s*(?:script|iframe|object|embed)\b", re.IGNORECASE)


def page_policy(scripts: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of a page: browsers then run no scripts but these.

    Parameters
    ----------
    scripts : iterable of str
        The sources of the page's own scripts, exactly as they stand in it.
    """
    digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in scripts)
    own = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    return f"{_PAGE_POLICY}; script-src {own}" if own else _PAGE_POLICY


def clean(html: str) -> str:
    """Return HTML without anything that runs, or is fetched from elsewhere.

    Parameters
    ----------
    html : str
        A piece of a page's body, broken or not.

    Returns
    -------
    str
        The same with what is known to be harmless: text and its mark-up, tables, folded details,
        MathML, SVG, links, pictures and sound that are inside or beside the page.
    """
    import nh3

    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "template", "noscript", "title", "textarea"},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_kept,
        # A task list's boxes are the only fields.
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties=set(_STYLES),
        link_rel=None,
    )


def holds_scripts(html: str) -> bool:
    """Tell whether an output does more than show something, so that its page lacks a part."""
    return bool(_ACTIVE.search(html))


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        bare = re.sub(r"[\x00-\x20]", "", value)
        return value if _MEDIA.match(bare) or _BESIDE.fullmatch(bare) else None
    if attribute == "href":
        return value if _LINK.match(re.sub(r"[\x00-\x20]", "", value)) else None
    if attribute in _NAMING_ADDRESSES and _ADDRESS_IN_STYLE.search(value):
        return None
    return value
