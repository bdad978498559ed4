"""The glossary: complete, true to the notebooks, and in order."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import pytest

from course_utils.notebooks import find_notebooks, notebooks_folder, read_notebook

GLOSSARY = notebooks_folder() / "glossary.md"
# The terms that no edition of the course may lose.
REQUIRED = {
    "inner product": "内积",
    "convolution": "卷积",
    "cross-correlation": "互相关",
    "kernel": "卷积核",
    "filter": "滤波器",
    "feature map": "特征图",
    "patch": "图像块",
    "zero padding": "零填充",
    "stride": "步幅",
    "pooling": "池化",
    "max pooling": "最大池化",
    "channel": "通道",
    "receptive field": "感受野",
    "activation function": "激活函数",
    "fully connected": "全连接",
    "parameter sharing": "参数共享",
    "sparse interaction": "稀疏连接",
    "equivariance": "等变性",
    "invariance": "不变性",
    "edge detection": "边缘检测",
    "sharpen": "锐化",
    "identity": "恒等",
    "residual": "残差",
    "backpropagation": "反向传播",
    "overfitting": "过拟合",
    "batch": "批次",
    "epoch": "轮次",
    "learning rate": "学习率",
    "cross-entropy": "交叉熵",
}
HAN = "\u4e00-\u9fff"
# A Chinese term may hold a Latin letter: S型函数.
CHINESE = rf"[A-Z]?[{HAN}]+"


class Row(NamedTuple):
    """A line of the glossary's table."""

    term: str
    chinese: str
    sentence: str
    notebook: str

    @property
    def forms(self) -> list[str]:
        return [form.strip().casefold() for form in self.term.split(",")]


def rows_of(text: str) -> list[Row]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines[2:]]


ROWS = rows_of(GLOSSARY.read_text(encoding="utf-8"))
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.term)


@cache
def prose() -> dict[str, str]:
    """The markdown of every notebook, in course order, without its closing reading list."""
    return {
        path.name: "\n\n".join(
            cell.source
            for cell in read_notebook(path).cells
            if cell.cell_type == "markdown" and cell.id != "read-more"
        )
        for path in find_notebooks()
    }


def same_term(written: str, form: str) -> bool:
    words = " ".join(written.split()).casefold()
    return words in (form, f"{form}s", f"{form}es")


def bold_terms(text: str) -> list[tuple[str, str]]:
    """The bold words with Chinese right behind them."""
    found = re.findall(rf"\*\*([^*]+)\*\*[ \n]*({CHINESE})", text)
    return [(" ".join(term.split()), chinese) for term, chinese in found]


def introductions(row: Row) -> list[str]:
    """The notebooks that set the term in bold, or else those that have it beside its Chinese."""
    bold = [
        name
        for name, text in prose().items()
        for term, chinese in bold_terms(text)
        if chinese == row.chinese and any(same_term(term, form) for form in row.forms)
    ]
    return bold or [
        name
        for name, text in prose().items()
        for form in row.forms
        if re.search(rf"\b{re.escape(form)}\w*[^\w\n]*(?:\(\w+\) )?{row.chinese}", text, re.I)
    ]


@pytest.mark.parametrize(("term", "chinese"), REQUIRED.items())
def test_every_required_term_is_there(term: str, chinese: str) -> None:
    assert [row.chinese for row in ROWS if term in row.forms] == [chinese]


@each_row
def test_the_row_is_complete(row: Row) -> None:
    assert row.term and re.fullmatch(CHINESE, row.chinese)
    assert re.fullmatch(r"\[(\d\d)\]\(\1_\w+\.ipynb\)", row.notebook)


@each_row
def test_the_explanation_is_one_plain_sentence(row: Row) -> None:
    assert re.fullmatch(r"[A-Z][^.!?]*\.", re.sub(r"(?<=\d)\.(?=\d)", "", row.sentence))
    assert len(row.sentence.split()) <= 35


@each_row
def test_the_notebook_is_the_one_that_introduces_the_term(row: Row) -> None:
    linked = re.search(r"\((.*)\)", row.notebook).group(1)
    assert linked in prose(), f"there is no {linked}"
    found = introductions(row)
    assert found, f"no notebook has {row.term} with {row.chinese} beside it"
    assert linked == found[0]


def test_the_terms_stand_in_order_each_once() -> None:
    terms = [row.term.casefold() for row in ROWS]
    assert terms == sorted(terms)
    forms = [form for row in ROWS for form in row.forms]
    assert len(set(forms)) == len(forms)


@pytest.mark.parametrize("name", prose())
def test_every_bold_term_of_the_notebook_is_there(name: str) -> None:
    missing = [
        f"{term} {chinese}"
        for term, chinese in bold_terms(prose()[name])
        if not any(
            chinese == row.chinese and any(same_term(term, form) for form in row.forms)
            for row in ROWS
        )
    ]
    assert not missing, f"not in the glossary, or with other words: {missing}"


@pytest.mark.parametrize("name", prose())
def test_every_chinese_word_of_the_notebook_is_there(name: str) -> None:
    used = set(re.findall(CHINESE, prose()[name])) - {"中文"}
    assert not used - {row.chinese for row in ROWS}


@pytest.mark.parametrize("name", prose())
def test_the_notebook_links_to_the_glossary(name: str) -> None:
    notebook = read_notebook(notebooks_folder() / name)
    assert "](glossary.md)" in "".join(
        cell.source for cell in notebook.cells if cell.cell_type == "markdown"
    )


# --- the reading of the two is right ------------------------------------------------------------


def test_rows_are_read() -> None:
    table = (
        "# Glossary\n\n| term | 中文 | is | in |\n|---|---|---|---|\n| a, b | 甲 | So. | [x](y) |\n"
    )
    assert rows_of(table) == [Row("a, b", "甲", "So.", "[x](y)")]
    assert rows_of(table)[0].forms == ["a", "b"]


def test_bold_terms_are_read() -> None:
    text = "A **big\nword** 大词, a **plain** one, **sigmoid** S型函数: and *no* 不."
    assert bold_terms(text) == [("big word", "大词"), ("sigmoid", "S型函数")]


@pytest.mark.parametrize("written", ["Patch", "patches", "patch"])
def test_forms_are_the_same_term(written: str) -> None:
    assert same_term(written, "patch")
    assert not same_term("dispatch", "patch")
