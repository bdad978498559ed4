"""What a slide shows of a code cell."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_utils.publishing.slide_code import shown_source

FIGURE = new_output("display_data", data={"image/png": "", "text/plain": "<Figure>"})
DRAW = (
    "fig = plotting.draw_images(shown, titles)\n"
    "plotting.show(fig, alt='An image '\n              'or two')"
)


def shown(source: str, *others: str, figure: bool = True) -> str:
    cell = new_code_cell(source, outputs=[FIGURE] if figure else [])
    imports = new_code_cell("from course_utils.plotting import Panel\nimport numpy as np")
    cells = [imports, cell, *(new_code_cell(other) for other in others)]
    return shown_source(cell, new_notebook(cells=cells))


def test_a_cell_without_a_figure_is_shown_whole() -> None:
    assert shown(DRAW, figure=False) == DRAW


@pytest.mark.parametrize(
    "before",
    [
        "",
        "titles = ['a', 'b']\n",
        "shown = [maps[k] for k in (0, 1)]\n",
        "shown = {name: value.reshape(2, 2) for name, value in maps.items()}\n",
        "shown = np.moveaxis(maps, -1, 0)\nshown = list(shown)\n",
        "marks = [plotting.Mark(0, 0)]\nshown = [Panel(image, 'a', marks)]\n",
        "fig, ax = plt.subplots()\nax.plot(x)\nfor each in x:\n    ax.axvline(each)\n",
    ],
)
def test_what_only_draws_is_left_out(before: str) -> None:
    assert shown(before + DRAW) == ""


@pytest.mark.parametrize(
    "computing",
    [
        "shown = correlate2d(photo, kernel)",
        "shown = model.predict(x)",
        "shown = [Panel(inspection.grad_cam(model, x), 'a')]",
        "for k in (1, 2):\n    shown.append(correlate2d(photo, k))",
        "print('a')",
        "assert a == b",
        "def f(x):\n    return x",
    ],
)
def test_what_computes_stays(computing: str) -> None:
    assert shown(f"titles = ['a']\n{computing}\n{DRAW}") == computing


def test_what_is_used_later_stays() -> None:
    source = "shown = [a[0]]\ntitles = ['a']\n" + DRAW
    assert shown(source, "print(shown)") == "shown = [a[0]]"
    # A later cell that gives the name another value first doesn't use this one.
    assert shown(source, "shown = 1\nprint(shown)") == ""
    assert shown(source, "print([shown for shown in a])") == ""


def test_what_a_shown_statement_uses_stays() -> None:
    source = "k = 3\nsize = k\nshown = pool2d(a, size)\ntitles = 'a'\n" + DRAW
    assert shown(source) == "k = 3\nsize = k\nshown = pool2d(a, size)"


def test_a_comment_goes_with_its_statement() -> None:
    source = "# the titles\ntitles = 'a'\n# the maps\nshown = pool2d(a)  # small\n" + DRAW
    assert shown(source) == "# the maps\nshown = pool2d(a)  # small"


def test_what_is_no_python_is_shown_whole() -> None:
    assert shown("%matplotlib inline\n" + DRAW).startswith("%matplotlib")
    assert shown(DRAW, "!ls") == ""
