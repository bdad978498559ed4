"""A question keeps its answer, and a proof stays out of sight, in every medium."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils import notebooks
from course_utils.publishing.handout_papers import paper
from course_utils.publishing.handouts import instructor_copy, student_copy
from course_utils.publishing.live_slides import live_copy
from course_utils.publishing.page import page
from course_utils.publishing.site.source import readable
from course_utils.publishing.slides import deck

SLIDE = {"slideshow": {"slide_type": "slide"}}


def shows(text):
    return [new_output("stream", name="stdout", text=text)]


@pytest.fixture
def asking():
    cells = [
        new_markdown_cell("# 05 Ask", id="title", metadata=SLIDE),
        new_markdown_cell("Predict.", id="ask", metadata=SLIDE | {"tags": ["predict"]}),
        new_code_cell(
            "answer",
            id="answer",
            outputs=shows("the answer\n"),
            metadata={"jupyter": {"outputs_hidden": True}},
        ),
        new_markdown_cell(
            "Because $x$.\n\n- *why*",
            id="because",
            metadata={"slideshow": {"slide_type": "-"}, "tags": ["explanation"]},
        ),
        new_code_cell("seen", id="seen", outputs=shows("seen at once\n")),
        new_code_cell(
            "assert 1\nassert 2",
            id="proof",
            metadata={"tags": ["check"], "jupyter": {"source_hidden": True}},
        ),
        new_code_cell(
            "print(5)",
            id="headline",
            outputs=shows("five\n"),
            metadata={"tags": ["headline"], "jupyter": {"source_hidden": True}},
        ),
    ]
    return new_notebook(cells=cells)


def test_a_page_folds_the_answer_and_the_proof(asking):
    text = page(asking)
    folded = re.findall(r"<details.*?<summary>(.*?)</summary>(.*?)</details>", text, re.DOTALL)
    inside = dict(folded)
    assert set(inside) == {
        "Show what happened",
        "What it shows",
        "The proof, 2 lines",
        "The result in one line",
    }
    assert "the answer" in inside["Show what happened"]
    assert "Because" in inside["What it shows"] and "<em>why</em>" in inside["What it shows"]
    assert "five" in inside["The result in one line"]
    outside = re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL)
    assert "seen at once" in outside and "the answer" not in outside and "five" not in outside
    assert "Because" not in outside


def test_on_a_slide_the_answer_and_what_explains_it_wait_for_a_key(asking):
    text = deck(asking, name="05_ask", offline=False)
    place = text.index("the answer")
    opened = text.rindex("<div", 0, place)
    assert 'class="fragment answer" data-fragment-index="0"' in text[opened - 200 : place]
    assert re.search(
        r'class="cell markdown fragment" data-cell="because"\s+data-fragment-index="0"', text
    )
    assert "assert" not in text and "five" not in text


def test_the_site_folds_both(asking):
    cells = {cell.id: cell.metadata for cell in readable(asking).cells}
    assert "hide-output" in cells["answer"]["tags"]
    assert cells["answer"]["mystnb"] == {"code_prompt_show": "Show what happened"}
    assert "hide-cell" in cells["proof"]["tags"]
    assert cells["proof"]["mystnb"] == {"code_prompt_show": "The proof, 2 lines"}
    assert "hide-output" not in cells["seen"].get("tags", [])
    because = next(cell for cell in readable(asking).cells if cell.id == "because").source
    assert because.startswith("<details>\n<summary>What it shows</summary>\n\nBecause $x$.\n\n-")


def test_a_student_gets_neither(asking):
    copied = student_copy(asking)
    assert [cell.id for cell in copied.cells] == ["title", "ask", "answer", "because", "seen"]
    assert not any(cell.get("outputs") or "jupyter" in cell.metadata for cell in copied.cells)
    because = copied.cells[3].source
    assert because.startswith("<details>\n<summary>Run the cell above, then open")
    assert because.endswith("Because $x$.\n\n- *why*\n\n</details>")
    printed = paper(asking, "student", name="05_ask")
    assert "the answer" not in printed and "assert" not in printed
    place, end = printed.index("at the end, number 1"), printed.index("What the cells show")
    assert place < printed.index("seen") < end < printed.index("Because")


def test_an_instructor_gets_all_in_sight(asking):
    assert not any("jupyter" in cell.metadata for cell in instructor_copy(asking).cells)
    assert "the answer" in paper(asking, "instructor", name="05_ask")


def test_live_the_answer_comes_when_the_cell_is_run(asking):
    outputs = {cell.id: cell.get("outputs") for cell in live_copy(asking).cells}
    assert outputs["answer"] == [] and outputs["seen"]
    (because,) = (cell for cell in live_copy(asking).cells if cell.id == "because")
    assert because.source.startswith("<details>\n<summary>What it shows</summary>")


@pytest.mark.parametrize("path", notebooks.find_notebooks(), ids=lambda path: path.stem)
def test_no_slide_of_the_course_shows_an_answer_at_once(path):
    notebook = notebooks.read_notebook(path)
    hidden = [
        cell.id
        for cell in notebooks.code_cells(notebook)
        if cell.metadata.get("jupyter", {}).get("outputs_hidden")
    ]
    text = deck(notebook, name=path.stem, offline=False)
    for cell_id in hidden:
        if f'data-cell="{cell_id}"' in text:
            cell = text.split(f'data-cell="{cell_id}"')[1].split('data-cell="')[0]
            before, found, _ = cell.partition('class="fragment answer"')
            assert found, cell_id
            assert "<figure" not in before and '<pre class="output' not in before
