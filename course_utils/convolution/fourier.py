"""Cross-correlation by way of the Fourier transform.

The convolution theorem: the transform of a convolution is the product of the transforms, and that
of a cross-correlation the product with the conjugate. Everything is done in double precision. The
rounding of an output cell is in proportion to the largest numbers of its tile, about 1e-16 of their
size, and not to those under the window; one NaN or infinity makes its whole tile NaN.

`correlate_by_fft` cuts a large image into tiles and transforms one after another (overlap-save, see
A. V. Oppenheim and R. W. Schafer, "Discrete-Time Signal Processing", section 8.7), which needs less
memory and less time than one large transform; `folded` is for what can't be cut so. `maps_by_fft` is for batches with channels.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import DTypeLike

from course_utils.convolution.folded import correlate_in_shares
from course_utils.convolution.path_costs import FILTER_SPECTRA_BYTES
from course_utils.convolution.tiles import Part, part_of, tiles
from course_utils.convolution.transform_sizes import (
    POINTS_AT_ONCE,
    transformed_axes,
    transforms,
    windows_of,
)
from course_utils.convolution.windows import AxisPlan

Plans = tuple[AxisPlan, AxisPlan]

# Bytes of the transforms of images that are held at once; with their copies it is four times that.
SPECTRUM_BYTES_AT_ONCE = 8 * 2**20


class Circle:
    """The cross-correlation of periodic images of one size with one kernel after another.

    The transform of the kernel is kept while the same one is asked for. After each call
    `image_norm`, `kernel_norm` and `output_norm` are the Euclidean norms of what was transformed,
    the last a little more; where each line is transformed alone, the largest of a line.

    With `framed` a signal is cut into frames that overlap, which are transformed together: the
    lengths are then the number of frames and that of their cells.
    """

    def __init__(
        self, lengths: tuple[int, int], framed: bool = False, dtype: DTypeLike = np.float64
    ) -> None:
        self.lengths = lengths
        self.framed = framed
        self.dtype = np.dtype(dtype)
        self.image_norm = self.kernel_norm = self.output_norm = 0.0
        self._kernel_of: tuple | None = None
        self._spectrum = np.empty(0)

    def correlate(self, part: Part, scales: tuple[float, float] | None = None) -> np.ndarray:
        """Return the output of the part.

        With `scales` for the image and for the kernel, sums of sizes |x|·|k| so multiplied.
        """
        axes = transformed_axes(part.plans)
        spectrum = self._kernel(part, axes, scales and scales[1])
        room = self._room(part, scales and scales[0])
        self.image_norm = norm_along(room, axes)
        product = _forward(room, self.lengths, axes)
        del room
        product *= spectrum
        self.output_norm = self._norm_of(product, axes)
        return self._back(product, part, axes)

    def _back(self, product: np.ndarray, part: Part, axes: tuple[int, ...]) -> np.ndarray:
        from scipy import fft

        vertical, horizontal = part.plans
        rows = slice(0, vertical.reach, vertical.stride)
        columns = slice(0, horizontal.reach, horizontal.stride)
        if axes == (0,):
            circle = fft.irfft(product[:, columns], self.lengths[0], 0, overwrite_x=True)
            return circle[rows]
        if 0 in axes:
            product = fft.ifft(product, axis=0, overwrite_x=True)
        # The rows in which no window begins needn't be transformed back.
        if self.framed:
            circle = fft.irfft(product, self.lengths[1], 1, overwrite_x=True)
            windows = circle[:, : self._hop(horizontal) : horizontal.stride]
            return windows.reshape(1, -1)[:, : horizontal.size]
        return fft.irfft(product[rows], self.lengths[1], 1, overwrite_x=True)[:, columns]

    def _norm_of(self, spectrum: np.ndarray, axes: tuple[int, ...]) -> float:
        """Return no less than the norm of the numbers with this half of a spectrum (Parseval)."""
        points = math.prod(self.lengths[axis] for axis in axes)
        parts = spectrum.view(self.dtype)
        if axes == (0,):
            parts = (
                parts.reshape(len(spectrum), -1, 2).swapaxes(1, 2).reshape(-1, spectrum.shape[1])
            )
        return norm_along(parts, axes) * math.sqrt(2 / points)

    def _hop(self, plan: AxisPlan) -> int:
        return windows_of(self.lengths[1], plan.span, plan.stride) * plan.stride

    def _room(self, part: Part, scale: float | None) -> np.ndarray:
        """Return the image behind its zeros, without those below it if they make no difference.

        Of a signal, the frames.
        """
        frames, length = self.lengths
        framed = self.framed
        hop = self._hop(part.plans[1]) if framed else 0
        top, left = part.plans[0].before, part.plans[1].before
        height, width = part.image.shape
        rows = frames if part.plans[0].k == 1 else top + height
        shape = (1, (frames - 1) * hop + length) if framed else (rows, length)
        room = np.zeros(shape, self.dtype)
        _write(part.image, scale, room[top : top + height, left : left + width])
        if framed:
            strides = (hop * room.itemsize, room.itemsize)
            room = as_strided(room, self.lengths, strides, writeable=False)
        return room

    def _kernel(self, part: Part, axes: tuple[int, ...], scale: float | None) -> np.ndarray:
        wanted = (part.kernel.__array_interface__["data"], part.kernel.shape, scale)
        if self._kernel_of != wanted:
            vertical, horizontal = part.plans
            width = self.lengths[1] if 1 in axes else 1
            spread = np.zeros((vertical.span, width), self.dtype)
            rows = spread[:: vertical.dilation]
            _write(part.kernel, scale, rows[:, : horizontal.span : horizontal.dilation])
            self.kernel_norm = norm_along(spread, (0, 1))
            self._spectrum = _forward(spread, self.lengths, axes)
            np.conj(self._spectrum, out=self._spectrum)
            self._kernel_of = wanted
        return self._spectrum


def _forward(room: np.ndarray, lengths: tuple[int, int], axes: tuple[int, ...]) -> np.ndarray:
    """Transform along these axes; rows that are missing are zeros."""
    from scipy import fft

    if axes == (0,):
        return fft.rfft(room, lengths[0], 0)
    spectrum = fft.rfft(room, lengths[1], 1)
    return fft.fft(spectrum, lengths[0], 0, overwrite_x=True) if 0 in axes else spectrum


def norm_along(numbers: np.ndarray, axes: tuple[int, ...]) -> float:
    """Return the Euclidean norm along these axes, the largest there is."""
    # Not by BLAS, whose threads wait longer for each other than they work on so little.
    kept = "".join("ij"[axis] for axis in (0, 1) if axis not in axes)
    return math.sqrt(np.max(np.einsum(f"ij,ij->{kept}", numbers, numbers)))


def _write(numbers: np.ndarray, scale: float | None, out: np.ndarray) -> None:
    if scale is None:
        out[...] = numbers
    else:
        np.abs(np.multiply(numbers, scale, out=out, casting="same_kind"), out=out)


def correlate_by_fft(whole: Part, out: np.ndarray, *, rounded: bool = False) -> None:
    """Write Σ_m Σ_n padded[i·s + m·d, j·s + n·d] · kernel[m, n] to `out` for every window.

    With `rounded` to the next whole number.
    """
    how = transforms(whole.plans, whole.image.shape)
    if how.points > POINTS_AT_ONCE:
        # 64-bit integers take the place of the sums that they are rounded from.
        sums = out.view(np.float64) if out.itemsize == 8 else np.empty(whole.size)
        with np.errstate(invalid="ignore", over="ignore"):
            correlate_in_shares(whole, sums, copied=out.itemsize != 8)
        if rounded or out.itemsize != 8:
            for row, of_sums in zip(out, sums, strict=True):
                row[...] = np.rint(of_sums) if rounded else of_sums
        return
    circle = Circle(how.lengths, how.framed)
    with np.errstate(invalid="ignore", over="ignore"):
        for where in tiles(whole.size, how.tile):
            part = fft_part(whole, where)
            if part is None:
                out[where] = 0
                continue
            sums = circle.correlate(part)
            out[where] = np.rint(sums) if rounded else sums


def fft_part(whole: Part, where: tuple[slice, slice]) -> Part | None:
    """Return the part for one tile; with all of the kernel where it is smaller than the image.

    The kernel's transform then serves all tiles.
    """
    larger = any(plan.span > n for plan, n in zip(whole.plans, whole.image.shape, strict=True))
    return part_of(whole, where, crop=larger and bool(np.isfinite(whole.kernel).all()))


def maps_by_fft(
    padded: np.ndarray,
    filters: np.ndarray,
    plans: Plans,
    dtype: DTypeLike,
    norms: np.ndarray | None = None,
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
    norms
        Array (batch, c_out), for the Euclidean norms, or a little more, of all that the circle has
        of each map.
    """
    # SciPy's, as it transforms any length fast; imported here, as most callers never need it.
    from scipy import fft

    vertical, horizontal = plans
    # The transform takes the image for periodic. The windows that would reach beyond its edge are
    # those that are left out, so that the image's own size is enough.
    lengths = [fft.next_fast_len(n, real=True) for n in padded.shape[1:3]]
    c_in, c_out = filters.shape[2:]
    out = np.empty((len(padded), vertical.size, horizontal.size, c_out), dtype)
    spectrum_bytes = 16 * lengths[0] * (lengths[1] // 2 + 1)
    filters_at_once = max(1, FILTER_SPECTRA_BYTES // (spectrum_bytes * c_in))
    for first in range(0, c_out, filters_at_once):
        bank = filters[..., first : first + filters_at_once]
        of_bank = slice(first, first + bank.shape[3])
        spread = np.zeros((vertical.span, horizontal.span, c_in, bank.shape[3]))
        spread[:: vertical.dilation, :: horizontal.dilation] = bank
        with np.errstate(invalid="ignore", over="ignore"):
            factors = fft.rfft2(spread, lengths, axes=(0, 1))
            del spread
            np.conj(factors, out=factors)
            at_once = SPECTRUM_BYTES_AT_ONCE // (spectrum_bytes * max(factors.shape[2:]))
            at_once = max(1, at_once)
            for start in range(0, len(padded), at_once):
                some = slice(start, start + at_once)
                spectra = fft.rfft2(padded[some].astype(float, copy=False), lengths, axes=(1, 2))
                products = np.matmul(spectra.transpose(1, 2, 0, 3), factors)
                del spectra
                if norms is not None:
                    parts = products.view(float).reshape(*products.shape, 2)
                    squares = np.einsum("hwbop,hwbop->bo", parts, parts)
                    norms[some, of_bank] = np.sqrt(squares * (2 / math.prod(lengths)))
                maps = fft.irfft2(products, lengths, axes=(0, 1), overwrite_x=True)
                del products
                rows = slice(0, vertical.reach, vertical.stride)
                columns = slice(0, horizontal.reach, horizontal.stride)
                out[some, ..., of_bank] = maps[rows, columns].transpose(2, 0, 1, 3)
                del maps
            del factors
    return out
