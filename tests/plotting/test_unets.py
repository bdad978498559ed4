"""A U-Net as a U."""

import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_utils.plotting import draw_unet


def parts(ax, kind):
    return [patch for patch in ax.patches if isinstance(patch, kind)]


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("skips", [True, False])
def test_every_level_stands_twice_and_the_bottom_once(depth, skips):
    levels = [(64 // 2**level, 8 * 2**level) for level in range(depth)]
    ax = draw_unet(levels, (4, 99), classes=11, skips=skips).axes[0]
    boxes = parts(ax, FancyBboxPatch)
    assert len(boxes) == 2 * depth + 1
    assert len(parts(ax, FancyArrowPatch)) == 2 * depth + depth * skips + 1
    words = [text.get_text() for text in ax.texts]
    assert words.count("4×4×99") == 1 and words.count("64×64×8") == 2
    assert words.count("laid beside") == depth * skips and "1×1: 11\nper pixel" in words
    edges = sorted((box.get_x(), box.get_x() + box.get_width()) for box in boxes)
    assert all(left[1] < right[0] for left, right in zip(edges, edges[1:]))


def test_all_words_lie_inside_the_figure():
    fig = draw_unet([(40, 8), (20, 16)], (10, 64), classes=11)
    fig.canvas.draw()
    for text in fig.axes[0].texts:
        box = text.get_window_extent()
        assert fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1
        assert fig.bbox.y0 <= box.y0 and box.y1 <= fig.bbox.y1


@pytest.mark.parametrize(
    ("levels", "classes", "message"), [([], 11, "levels is empty"), ([(4, 4)], 0, "classes is 0")]
)
def test_bad_numbers_are_named(levels, classes, message):
    with pytest.raises(ValueError, match=message):
        draw_unet(levels, (2, 2), classes=classes)
