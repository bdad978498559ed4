"""A new edition comes into a copy that was worked in, and nothing that was written is lost."""

import copy

import hypothesis.strategies as st
import nbformat
from hypothesis import given, settings
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.desk.merging import SAID, merge


def notebook(**sources):
    return new_notebook(
        cells=[new_code_cell(text, id=name.replace("_", "-")) for name, text in sources.items()]
    )


def sources(made):
    return [cell.source for cell in made.notebook.cells]


BASE = notebook(one="a = 1", two="b = 2", three="c = 3")


def changed(**sources):
    made = copy.deepcopy(BASE)
    for cell in made.cells:
        cell.source = sources.get(cell.id, cell.source)
    return made


def test_untouched_cells_take_the_new_text():
    made = merge(BASE, changed(two="b = 22"), changed(one="a = 11"))
    assert sources(made) == ["a = 11", "b = 22", "c = 3"] and not made.conflicts


def test_where_both_changed_both_are_kept_the_students_first():
    made = merge(BASE, changed(two="mine"), changed(two="theirs"))
    assert sources(made) == ["a = 1", "mine", SAID, "theirs", "c = 3"]
    assert made.conflicts == ("two",)
    assert len({cell.id for cell in made.notebook.cells}) == 5
    nbformat.validate(made.notebook)


def test_the_same_change_on_both_sides_is_no_conflict():
    made = merge(BASE, changed(two="same"), changed(two="same"))
    assert sources(made) == ["a = 1", "same", "c = 3"] and not made.conflicts


def test_added_cells_stay_where_they_were():
    own = copy.deepcopy(BASE)
    own.cells.insert(2, new_markdown_cell("my note", id="f00"))
    course = copy.deepcopy(BASE)
    course.cells.append(new_code_cell("d = 4", id="four"))
    assert sources(merge(BASE, own, course)) == ["a = 1", "b = 2", "my note", "c = 3", "d = 4"]


def test_what_the_course_dropped_goes_unless_the_student_changed_it():
    course = copy.deepcopy(BASE)
    del course.cells[1]
    assert sources(merge(BASE, changed(), course)) == ["a = 1", "c = 3"]
    assert "mine" in sources(merge(BASE, changed(two="mine"), course))


def test_what_the_student_threw_away_stays_away():
    own = copy.deepcopy(BASE)
    del own.cells[1]
    assert sources(merge(BASE, own, changed(one="new"))) == ["new", "c = 3"]


def test_outputs_stay_with_the_code_that_made_them():
    own = changed(two="b = 22")
    for cell in own.cells:
        cell.execution_count = 7
        cell.outputs = [new_output("stream", text=f"from {cell.id}")]
    made = merge(BASE, own, changed(one="a = 11")).notebook
    assert [len(cell.outputs) for cell in made.cells] == [0, 1, 1]
    assert made.cells[1].outputs[0].text == "from two"


def test_two_updates_after_another_keep_both_cells():
    first = merge(BASE, changed(two="mine"), changed(two="theirs")).notebook
    course = changed(two="theirs")
    again = merge(course, first, changed(two="theirs", one="later"))
    assert [s for s in sources(again) if s != SAID] == ["later", "mine", "theirs", "c = 3"]


TEXTS = st.sampled_from(["a = 1", "b = 2", "x\ny\nz", "def f():\n    return 1", "# note", "p = q"])


@st.composite
def editions(draw):
    """Three editions of a notebook: cells changed, dropped, added, by the student and the course."""
    base = new_notebook(
        cells=[
            new_code_cell(f"{draw(TEXTS)}\n#{k}", id=f"cell-{k}")
            for k in range(draw(st.integers(1, 6)))
        ]
    )
    sides = []
    for side in ("mine", "new"):
        made = copy.deepcopy(base)
        for k in range(draw(st.integers(0, 5))):
            place = draw(st.integers(0, len(made.cells)))
            action = draw(st.sampled_from(["change", "drop", "add"]))
            if action == "add" or place == len(made.cells):
                cell = new_code_cell(f"{side} {k} {draw(TEXTS)}", id=f"{side}-{k}")
                made.cells.insert(place, cell)
            elif action == "drop":
                del made.cells[place]
            else:
                made.cells[place].source = f"{side} {k} {draw(TEXTS)}"
        sides.append(made)
    return base, *sides


@settings(deadline=None, max_examples=300)
@given(editions())
def test_no_word_of_the_student_is_lost(three):
    base, own, course = three
    made = merge(base, own, course).notebook
    before = {cell.id: cell.source for cell in base.cells}
    there = [cell.source for cell in made.cells]
    for cell in own.cells:
        if before.get(cell.id) != cell.source:
            assert cell.source in there
    ids = [cell.id for cell in made.cells]
    assert len(set(ids)) == len(ids)
    nbformat.validate(made)


@settings(deadline=None, max_examples=100)
@given(editions())
def test_an_untouched_copy_becomes_the_new_edition(three):
    base, _, course = three
    made = merge(base, copy.deepcopy(base), course).notebook
    assert [cell.source for cell in made.cells] == [cell.source for cell in course.cells]


@settings(deadline=None, max_examples=100)
@given(editions())
def test_what_the_course_changed_alone_arrives(three):
    base, own, course = three
    made = merge(base, own, course).notebook
    before = {cell.id: cell.source for cell in base.cells}
    mine = {cell.id: cell.source for cell in own.cells}
    there = [cell.source for cell in made.cells]
    for cell in course.cells:
        if cell.id not in before or (
            before[cell.id] != cell.source and mine.get(cell.id) == before[cell.id]
        ):
            assert cell.source in there
