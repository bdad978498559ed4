"""Formulas become MathML, or stay readable."""

from xml.etree import ElementTree

import pytest

from course_utils.publishing.formulas import formula

MATHML = "{http://www.w3.org/1998/Math/MathML}"


def words(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("a < b", "a<b"),
        (r"\lfloor (n+2p-k)/s \rfloor + 1", "⌊(n+2p−k)/s⌋+1"),
        (r"\text{out} = \left\lfloor\frac{n}{s}\right\rfloor", "out=⌊ns⌋"),
        (r"\langle \mathbf{x}, y \rangle", "⟨𝐱,y⟩"),
        (r"28 \times 28", "28×28"),
        (r"\operatorname{ReLU}(x) = \max(0, x)", "ReLU(x)=max(0,x)"),
    ],
)
@pytest.mark.parametrize("block", [False, True])
def test_formulas_become_mathml(latex: str, text: str, block: bool) -> None:
    element = ElementTree.fromstring(formula(latex, block=block))
    assert element.tag == f"{MATHML}math"
    assert element.get("display") == ("block" if block else "inline")
    assert words(element) == text


@pytest.mark.parametrize("name", ["aligned", "align", "align*", "split"])
def test_aligned_lines_become_rows(name: str) -> None:
    latex = rf"\begin{{{name}}} a &= b \\ &= c + 1 \end{{{name}}}"
    element = ElementTree.fromstring(formula(latex, block=True))
    assert len(element.findall(f".//{MATHML}mtr")) == 2
    assert words(element).replace("(1)", "").replace("(2)", "") == "a=b=c+1"


def test_an_equation_environment_is_a_formula() -> None:
    latex = r"\begin{equation*} x = 1 \end{equation*}"
    assert words(ElementTree.fromstring(formula(latex, block=True))) == "x=1"


@pytest.mark.parametrize(
    "latex", [r"\frac{a}{", r"\nosuchcommand{x} < 1", r"\left( x", "a & b", "}{"]
)
@pytest.mark.parametrize("block", [False, True])
def test_what_cannot_be_read_stays_as_it_is(latex: str, block: bool) -> None:
    element = ElementTree.fromstring(formula(latex, block=block))
    code = element.find("code") if block else element
    assert (element.tag == "p") is block
    assert (code.tag, code.get("class"), code.text) == ("code", "formula", latex)
