"""Pooling: each window of an image is replaced by one number that sums it up. Nothing is learned.

The modes follow I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), section 9.3:

======================  ==========================================================================
``"max"``               the largest value
``"mean"``              the average
``"sum"``               the sum
``"product"``           the product
``"l2"``                the Euclidean length, √Σx²
``"distance"``          the average weighted by nearness to the window's centre, `distance_weights`
======================  ==========================================================================

Padding never takes part: a window that reaches over the border is summed up over the cells of the
image alone, as in TensorFlow. Only the mean can be told to count it.
"""

from course_utils.pooling.modes import MODES, distance_weights
from course_utils.pooling.whole_images import global_pool2d
from course_utils.pooling.windows import (
    max_pool2d_argmax,
    plan_pooling,
    pool2d,
    winning_cells,
)

__all__ = [
    "MODES",
    "distance_weights",
    "global_pool2d",
    "max_pool2d_argmax",
    "plan_pooling",
    "pool2d",
    "winning_cells",
]
