"""Cross-correlation by way of the Fourier transform.

The convolution theorem: the transform of a convolution is the product of the transforms, and that
of a cross-correlation the product with the conjugate. Everything is done in double precision. The
rounding of an output cell is in proportion to the largest numbers of its tile, about 1e-16 of their
size, and not to those under the window; one NaN or infinity makes its whole tile NaN.

`correlate_by_fft` cuts a large image into tiles and transforms one after another (overlap-save, see
A. V. Oppenheim and R. W. Schafer, "Discrete-Time Signal Processing", section 8.7), which needs less
memory and less time than one large transform. `maps_by_fft` is for batches with channels.
"""

import numpy as np
from numpy.typing import DTypeLike

from course_utils.convolution.path_costs import transforms
from course_utils.convolution.tiles import Part, part_of, tiles
from course_utils.convolution.windows import AxisPlan

Plans = tuple[AxisPlan, AxisPlan]

# Bytes of the transforms of images that are held at once.
SPECTRUM_BYTES_AT_ONCE = 32 * 2**20


class Circle:
    """The cross-correlation of periodic images of one size with one kernel after another.

    The transform of the kernel is kept while the same one is asked for.
    """

    def __init__(self, lengths: tuple[int, int], dtype: DTypeLike = np.float64) -> None:
        self.lengths = lengths
        self.dtype = np.dtype(dtype)
        self._kernel_of: tuple | None = None
        self._spectrum = np.empty(0)

    def correlate(self, part: Part, scales: tuple[float, float] | None = None) -> np.ndarray:
        """Return the sums at every place of the circle.

        With `scales` for the image and for the kernel, those of sizes |x|·|k| so multiplied.
        """
        from scipy import fft

        axes = tuple(axis for axis in (0, 1) if part.plans[axis].k > 1) or (1,)
        spectrum = self._kernel(part, axes, scales and scales[1])
        room = np.zeros(self.lengths, self.dtype)
        top, left = part.plans[0].before, part.plans[1].before
        image = room[top : top + part.image.shape[0], left : left + part.image.shape[1]]
        _write(part.image, scales and scales[0], image)
        product = fft.rfftn(room, axes=axes, overwrite_x=True)
        del room, image
        product *= spectrum
        return fft.irfftn(product, [self.lengths[axis] for axis in axes], axes, overwrite_x=True)

    def _kernel(self, part: Part, axes: tuple[int, ...], scale: float | None) -> np.ndarray:
        from scipy import fft

        wanted = (part.kernel.__array_interface__["data"], part.kernel.shape, scale)
        if self._kernel_of != wanted:
            vertical, horizontal = part.plans
            spread = np.zeros(
                [self.lengths[axis] if axis in axes else 1 for axis in (0, 1)], self.dtype
            )
            rows = spread[: vertical.span : vertical.dilation]
            _write(part.kernel, scale, rows[:, : horizontal.span : horizontal.dilation])
            self._spectrum = fft.rfftn(spread, axes=axes, overwrite_x=True)
            np.conj(self._spectrum, out=self._spectrum)
            self._kernel_of = wanted
        return self._spectrum


def _write(numbers: np.ndarray, scale: float | None, out: np.ndarray) -> None:
    if scale is None:
        out[...] = numbers
    else:
        np.abs(np.multiply(numbers, scale, out=out, casting="same_kind"), out=out)


def seen_by_windows(circle: np.ndarray, plans: Plans) -> np.ndarray:
    """Return the places of the circle at which a window begins."""
    vertical, horizontal = plans
    return circle[: vertical.reach : vertical.stride, : horizontal.reach : horizontal.stride]


def correlate_by_fft(whole: Part, out: np.ndarray, *, rounded: bool = False) -> None:
    """Write Σ_m Σ_n padded[i·s + m·d, j·s + n·d] · kernel[m, n] to `out` for every window.

    With `rounded` to the next whole number.
    """
    how = transforms(whole.plans, whole.image.shape)
    circle = Circle(how.lengths)
    with np.errstate(invalid="ignore", over="ignore"):
        for where in tiles(whole.size, how.tile):
            part = fft_part(whole, where)
            if part is None:
                out[where] = 0
                continue
            seen = seen_by_windows(circle.correlate(part), part.plans)
            out[where] = np.rint(seen) if rounded else seen


def fft_part(whole: Part, where: tuple[slice, slice]) -> Part | None:
    """Return the part for one tile; with all of the kernel where it is smaller than the image.

    The kernel's transform then serves all tiles.
    """
    larger = any(plan.span > n for plan, n in zip(whole.plans, whole.image.shape, strict=True))
    return part_of(whole, where, crop=larger and bool(np.isfinite(whole.kernel).all()))


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
