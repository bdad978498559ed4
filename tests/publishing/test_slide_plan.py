"""Which cells stand on which slide."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_utils.publishing.slide_plan import Slide, plan_slides


def cell(name: str, kind: str | None = "-", *tags: str, source: str = "text") -> NotebookNode:
    metadata = {"slideshow": {"slide_type": kind}} if kind else {}
    if tags:
        metadata["tags"] = list(tags)
    return new_markdown_cell(source, id=name, metadata=metadata)


def plan(*cells: NotebookNode) -> list[Slide]:
    return plan_slides(new_notebook(cells=list(cells)))


def ids(slides: list[Slide]) -> list[list[str]]:
    return [[one.id for one in slide.cells] for slide in slides]


def test_slides_and_subslides_begin_where_they_say() -> None:
    slides = plan(
        cell("a", "slide"), cell("b"), cell("c", "subslide"), cell("d", None), cell("e", "slide")
    )
    assert ids(slides) == [["a", "b"], ["c", "d"], ["e"]]
    assert [slide.is_sub for slide in slides] == [False, True, False]


def test_the_first_cell_begins_a_slide_whatever_it_says() -> None:
    for kind in ("-", "subslide", "fragment", None):
        slides = plan(cell("a", kind), cell("b", "slide"))
        assert ids(slides) == [["a"], ["b"]]
        assert not slides[0].is_sub


def test_skipped_cells_do_not_end_a_slide() -> None:
    assert ids(plan(cell("a", "slide"), cell("b", "skip"), cell("c"))) == [["a", "c"]]


@pytest.mark.parametrize("tag", ["check", "exercise-check", "headline"])
def test_what_only_checks_is_left_out(tag: str) -> None:
    slides = plan(cell("a", "slide"), cell("b", "slide", tag), cell("c", "slide", "exercise"))
    assert ids(slides) == [["a"], ["c"]]


def test_blank_cells_are_left_out() -> None:
    blank = new_code_cell(" \n", id="b", metadata={"slideshow": {"slide_type": "slide"}})
    assert ids(plan(cell("a", "slide"), blank, cell("c"))) == [["a", "c"]]


def test_an_answer_comes_after_its_question_and_takes_what_follows_with_it() -> None:
    answer = new_code_cell("x", id="b", metadata={"jupyter": {"outputs_hidden": True}})
    later = new_code_cell("y", id="d", metadata={"jupyter": {"outputs_hidden": True}})
    (first, second) = plan(cell("a", "slide"), answer, cell("c"), later, cell("e", "slide"))
    assert first.fragments == [None, None, 0, 0] and first.answers == [None, 0, None, 1]
    assert second.fragments == [None] and second.answers == [None]


def test_fragments_are_counted_on_each_slide() -> None:
    slides = plan(
        cell("a", "slide"),
        cell("b", "fragment"),
        cell("c"),
        cell("d", "fragment"),
        cell("e", "slide"),
        cell("f", "fragment"),
    )
    assert [slide.fragments for slide in slides] == [[None, 0, 0, 1], [None, 0]]


def test_notes_belong_to_the_slide_before_them() -> None:
    slides = plan(
        cell("a", "slide"),
        cell("n", "notes", source="one"),
        cell("b", "skip"),
        cell("m", "notes", source="two"),
        cell("c", "subslide"),
    )
    assert [slide.notes for slide in slides] == [["one", "two"], []]


def test_notes_before_everything_belong_to_the_first_slide() -> None:
    slides = plan(cell("n", "notes", source="early"), cell("a", "slide"))
    assert ids(slides) == [["a"]] and slides[0].notes == ["early"]


def test_a_notebook_that_shows_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="every cell is skipped"):
        plan(cell("a", "skip"), cell("n", "notes"))
