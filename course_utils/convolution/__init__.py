"""Convolution and cross-correlation in NumPy: one dimension, two dimensions, and batches of images.

`correlate…` slides the kernel as it is. `convolve…` turns it by 180° first, which is what
mathematics calls a convolution. What deep-learning libraries call a convolution, and `conv2d` here,
is the cross-correlation.

Arguments that many functions share
-----------------------------------
padding
    How many cells are added around the input.
    ``"valid"``: none, the kernel stays inside the input.
    ``"same"``: so many that the output has ⌈n / stride⌉ positions, as TensorFlow pads: where their
    number is odd, the extra one goes to the right and the bottom.
    ``"full"``: dilation·(k − 1) on each side, so that every input cell is seen k times.
    An integer: that many on each side. A pair: in one dimension (before, after); in two
    dimensions one entry for the vertical and one for the horizontal axis, each an integer or a pair
    (before, after).
border
    What the added cells hold. On a signal a b c d, two cells on each side are:

    ============  ===================  ==============  ===================  ===========
    border        signal               NumPy's `pad`   SciPy's `ndimage`    PyTorch
    ============  ===================  ==============  ===================  ===========
    ``"zeros"``   0 0  a b c d  0 0    constant        constant             zeros
    ``"reflect"`` c b  a b c d  c b    reflect         mirror               reflect
    ``"repeat"``  a a  a b c d  d d    edge            nearest              replicate
    ``"wrap"``    c d  a b c d  a b    wrap            wrap or grid-wrap    circular
    ============  ===================  ==============  ===================  ===========

    SciPy calls b a | a b c d | d c ``"reflect"``, which repeats the end cells; it isn't offered
    here, and `numpy.pad` makes it under the name ``"symmetric"``. Where more cells are added than
    there are, reflection and wrapping go on, as NumPy's do; PyTorch refuses that. With
    ``padding="valid"`` nothing is added, and the border doesn't matter.
stride
    Step between two windows in cells, at least 1; in two dimensions also a pair (vertical,
    horizontal).
dilation
    Distance between two neighbouring kernel cells on the input, at least 1; also a pair.
method
    How to compute it; the result is the same up to rounding.
    ``"direct"``: the products and sums of the definition. ``"im2col"``, for batches: the same as
    one product of matrices. ``"fft"``: by Fourier transforms, which the size of the kernel costs
    nothing. ``"auto"``: what is expected to be the fastest for these sizes and keeps the digits.
    By ``"fft"`` the rounding is in proportion to the largest numbers around and not to those under
    a window, so that a zero becomes 1e-16. ``"auto"`` transforms only where that does no harm:
    where it rounds by less than about 2e-13 of the sum of |x|·|k| under the window (for a kernel of
    over 65,000 cells, 3e-18 times their number; 3e-8 for `float32`), or where sums of integers are
    exact once rounded. Windows of zeros, of small numbers near large ones, or with a NaN or an
    infinity, and kernels of fewer than 100 cells are summed directly.
    `course_utils.convolution.path_costs`, `transform_sizes` and `rounding` have the rules.

dtypes: see `course_utils.sum_dtypes.common_dtype`. `float16` is summed as `float32` and rounded
once. Integers whose sums leave 64 bits are refused with a `ValueError`, see
`course_utils.integer_sums`.

Sizes follow V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning"
(2016), relations 6 and 15; the definitions of valid, same, full, unshared and tiled convolution
follow I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning" (2016), section 9.5.
"""

from course_utils.convolution.bands import padded_parts
from course_utils.convolution.banks import CHANNELS_FIRST
from course_utils.convolution.borders import (
    BORDERS,
    bordered,
    check_border,
    gather,
    pad,
)
from course_utils.convolution.correlation import (
    convolution_matrix,
    convolve1d,
    convolve2d,
    correlate1d,
    correlate2d,
    fft_convolve2d,
)
from course_utils.convolution.feature_maps import conv2d
from course_utils.convolution.locally_connected import tiled_conv2d, unshared_conv2d
from course_utils.convolution.patch_matrices import (
    cells_of_windows,
    col2im,
    columns_by_image,
    fold,
    im2col,
    without_padding,
    zeros_with_padding,
)
from course_utils.convolution.transposed import conv2d_transpose
from course_utils.convolution.windows import (
    BATCH,
    AxisPlan,
    Padding,
    Pair,
    Plans,
    as_pair,
    fill_around,
    output_size,
    pad_for,
    patches,
    plan_axis,
    plan_image,
)

__all__ = [
    "BATCH",
    "BORDERS",
    "CHANNELS_FIRST",
    "AxisPlan",
    "Padding",
    "Pair",
    "Plans",
    "as_pair",
    "bordered",
    "cells_of_windows",
    "check_border",
    "col2im",
    "columns_by_image",
    "conv2d",
    "conv2d_transpose",
    "convolution_matrix",
    "convolve1d",
    "convolve2d",
    "correlate1d",
    "correlate2d",
    "fft_convolve2d",
    "fill_around",
    "fold",
    "gather",
    "im2col",
    "output_size",
    "pad",
    "pad_for",
    "padded_parts",
    "patches",
    "plan_axis",
    "plan_image",
    "tiled_conv2d",
    "unshared_conv2d",
    "without_padding",
    "zeros_with_padding",
]
