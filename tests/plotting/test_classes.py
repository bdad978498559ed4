"""How a class stands with each exercise."""

import numpy as np
import pytest

from course_utils.plotting import draw_class


def test_one_bar_of_three_parts_for_each_exercise():
    (ax,) = draw_class(["05.1", "05.2"], [(3, 1, 0), (1, 1, 2)]).axes
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(3, 2)
    assert widths.T.tolist() == [[3, 1, 0], [1, 1, 2]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["05.1", "05.2"]
    assert ax.yaxis_inverted()


@pytest.mark.parametrize("counts", [[], [(1, 2)], [(1, 2, 3), (1, 2, 3)]])
def test_other_tables_are_refused(counts):
    with pytest.raises(ValueError, match="three numbers"):
        draw_class(["05.1"], counts)
    with pytest.raises(ValueError, match="at least one"):
        draw_class([], [])
