"""What is written: no pen runs off its paper."""

import numpy as np
import pytest

from course_utils.handwriting import draw_strokes, styles, writings
from course_utils.handwriting.pen import cropped_to


@pytest.mark.parametrize("pen", [1, 4, 22])
@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_style_is_not_cut_off_where_its_curve_swings_out(digit: int, pen: float) -> None:
    for seed, style in enumerate(styles.DIGITS[digit]):
        strokes = styles.written(style, 1.0, np.random.default_rng(seed))
        found = writings.by_style(style, np.random.default_rng(seed))(150, pen)
        ample = draw_strokes(
            [150 * stroke + 200 for stroke in strokes], (700, 700), pen=pen, paper=0, ink=255
        )
        whole = cropped_to(ample / 255)
        assert np.abs(np.subtract(found.shape, whole.shape)).max() <= 1
        assert found.sum() == pytest.approx(whole.sum(), rel=0.01)
