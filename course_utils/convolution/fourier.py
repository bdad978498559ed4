"""Cross-correlation by way of the Fourier transform.

The convolution theorem: the transform of a convolution is the product of the transforms, and that
of a cross-correlation the product with the conjugate. Everything is done in double precision. The
rounding of an output cell is in proportion to the largest numbers of the whole image, about 1e-16
of their size, and not to those under the window; one NaN or infinity in the image makes every cell
NaN.
"""

import numpy as np
from numpy.typing import DTypeLike

from course_utils.convolution.windows import AxisPlan

Plans = tuple[AxisPlan, AxisPlan]

# Bytes of the transforms of images that are held at once.
SPECTRUM_BYTES_AT_ONCE = 32 * 2**20


def correlate_by_fft(padded: np.ndarray, kernel: np.ndarray, plans: Plans) -> np.ndarray:
    """Return Σ_m Σ_n padded[i·s + m·d, j·s + n·d] · kernel[m, n] for every window, float64."""
    images, filters = padded[None, :, :, None], kernel[:, :, None, None]
    return maps_by_fft(images, filters, plans, np.float64)[0, :, :, 0]


def maps_by_fft(
    padded: np.ndarray, filters: np.ndarray, plans: Plans, dtype: DTypeLike
) -> np.ndarray:
    """Return the feature maps (batch, out_h, out_w, c_out) of padded images.

    Parameters
    ----------
    padded
        Array (batch, h, w, c_in), the plans' zeros already around it.
    filters
        Array (k_h, k_w, c_in, c_out).
    plans
        Where the windows lie.
    dtype
        Of the result.
    """
    # SciPy's, as it transforms any length fast; imported here, as most callers never need it.
    from scipy import fft

    vertical, horizontal = plans
    # The transform takes the image for periodic. The windows that would reach beyond its edge are
    # those that are left out, so that the image's own size is enough.
    lengths = [fft.next_fast_len(n, real=True) for n in padded.shape[1:3]]
    c_in, c_out = filters.shape[2:]
    spread = np.zeros((vertical.span, horizontal.span, c_in, c_out))
    spread[:: vertical.dilation, :: horizontal.dilation] = filters
    out = np.empty((len(padded), vertical.size, horizontal.size, c_out), dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        factors = fft.rfft2(spread, lengths, axes=(0, 1)).conj()
        images_at_once = SPECTRUM_BYTES_AT_ONCE // (factors[..., 0, 0].nbytes * max(c_in, c_out))
        images_at_once = max(1, images_at_once)
        for start in range(0, len(padded), images_at_once):
            some = slice(start, start + images_at_once)
            spectra = fft.rfft2(padded[some].astype(float), lengths, axes=(1, 2))
            products = np.matmul(spectra.transpose(1, 2, 0, 3), factors)
            maps = fft.irfft2(products, lengths, axes=(0, 1))
            seen = maps[: vertical.reach : vertical.stride, : horizontal.reach : horizontal.stride]
            out[some] = seen.transpose(2, 0, 1, 3)
    return out
