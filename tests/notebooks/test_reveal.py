"""What answers a prompt, and what is folded away."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.notebooks import reveal

SHOWN = [new_output("stream", name="stdout", text="4\n")]


def prose(*tags):
    return new_markdown_cell("words", metadata={"tags": list(tags)})


def code(*tags, shows=False):
    return new_code_cell("x", metadata={"tags": list(tags)}, outputs=SHOWN if shows else [])


def answers(*cells):
    return reveal.answers(new_notebook(cells=list(cells)))


def test_the_first_output_after_a_prompt_answers_it():
    assert answers(prose(), code(shows=True), prose("predict"), code(shows=True)) == {3}
    assert answers(prose("predict"), code(), prose(), code(shows=True), code(shows=True)) == {3}


def test_a_proof_and_what_follows_an_exercise_are_no_answers():
    assert answers(prose("predict"), code("headline", shows=True), code(shows=True)) == {2}
    assert answers(prose("predict"), code("exercise"), code(shows=True)) == set()


def test_two_prompts_before_one_output_share_it():
    assert answers(prose("predict"), code(), prose("predict"), code(shows=True)) == {3}


def test_nothing_is_hidden_where_nothing_was_asked():
    assert answers(prose(), code(shows=True)) == set()
    assert answers(code("predict"), code(shows=True)) == set()


def test_proofs():
    assert reveal.is_proof(code("check")) and reveal.is_proof(code("headline"))
    assert not reveal.is_proof(code("exercise-check"))
