"""The shift: move a digit, and watch what moves along, what changes, and what stays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.arguments import as_integer, as_numeric
from course_utils.convolution import conv2d, correlate2d
from course_utils.explorers.explorer import Checked, Explorer
from course_utils.explorers.pictures import draw_map
from course_utils.filters import FILTERS
from course_utils.plotting import style
from course_utils.pooling import pool2d

REACH = 8  # pixels, in each direction
_LEVELS = 15  # of grey, so that one sign holds a pixel
_SIDE = 28
_SAMPLES = (2, 21, 24, 1, 20, 18, 0, 8, 3, 16)  # test digits 0 … 9 that both classifiers read
PANELS = ("scores", "map", "pooled", "slid")
_KERNELS = {"upright edges": "sobel_x", "level edges": "sobel_y", "all edges": "edge"}


class Shift(Explorer):
    """Drag a digit, and see four answers at once: template scores, maps, pooled maps, class maps.

    **What to see.** The template classifier compares pixel by pixel: its scores change. The feature
    map moves along with the digit: it is *equivariant*. Of the pooled map some cells change and
    some don't. The last classifier slides the same templates over the image and takes the largest
    answer: it stays, it is *invariant*, until ink is cut off. Cells that changed are tinted and
    counted.

    **Keyboard.** Tab to the digit, then arrows move it by a pixel; Home takes it back.

    **Three things to try.** They stand below the explorer, and in `try_this`.

    Parameters
    ----------
    digit
        0 to 9 for one of ten test digits, or an image (28, 28) of your own, 0 paper to 255 ink.
    kernel
        ``"upright edges"``, ``"level edges"`` or ``"all edges"``.
    pool
        Side and stride of the pooling windows, 1 to 6.
    panels
        Which of `PANELS` stand beside the digit, for lessons that know only some of the words: the
        templates' ``"scores"``, the feature ``"map"``, the ``"pooled"`` map, ``"slid"`` templates.
    ask
        Whether you say first how much of the pooled map will change; without a pooled map, after
        how many pixels the templates' answer will.

    Raises
    ------
    ValueError
        If the digit, the kernel, the size of the windows or a panel can't be understood.

    Examples
    --------
    >>> shift = Shift(3)
    >>> shift.dx = 4
    >>> shift.moved_along, len(shift.scores)
    (True, 10)
    """

    folder = "shift"
    _guide = (
        "Move the digit one pixel at a time. After how many pixels does the template classifier "
        "change its mind? Does the last classifier follow?",
        "With windows of 2×2, move by one pixel, then by two. When does the pooled map move along, "
        "and when does it merely change?",
        "Move the digit out of the picture. Which answers stay for how long, and what was cut when "
        "they change?",
    )
    _guide_for_scores = (
        "Move the digit one pixel at a time. After how many pixels do the templates change their "
        "mind, and which digit do they take it for?",
        "Take a 1 and move it to the side, then a 1 and move it up. Which of the two do the "
        "templates bear for longer, and why?",
        "Look at the score of the right template alone. How much of it is left after two pixels, "
        "after four?",
    )
    _by_keyboard = (
        "Tab to the digit, then arrows move it by one pixel and Home takes it back; Tab goes on to "
        "the choices, where arrows change them."
    )

    digits = traitlets.List(traitlets.Unicode()).tag(sync=True, state=True)
    templates = traitlets.List(traitlets.Unicode()).tag(sync=True, state=True)
    kernels = traitlets.Dict().tag(sync=True, state=True)
    which = Checked(0).tag(sync=True, state=True)
    dx = Checked(0).tag(sync=True, state=True)
    dy = Checked(0).tag(sync=True, state=True)
    kernel = Checked("upright edges").tag(sync=True, state=True)
    pool = Checked(2).tag(sync=True, state=True)
    panels = Checked(list(PANELS)).tag(sync=True, state=True)
    ask = traitlets.Bool(True).tag(sync=True, state=True)

    def __init__(
        self,
        digit: int | ArrayLike = 3,
        *,
        kernel: str = "upright edges",
        pool: int = 2,
        panels: Sequence[str] = PANELS,
        ask: bool = True,
    ) -> None:
        digits, templates = _course_digits()
        if np.ndim(digit):
            image = as_numeric("digit", digit, ("height", "width"))
            if image.shape != (_SIDE, _SIDE):
                raise ValueError(f"digit has shape {image.shape}: give an image (28, 28), or 0 … 9")
            if not np.isfinite(image).all():
                raise ValueError("digit has NaN or infinity in it: fill the gaps before")
            digits, digit = [_as_signs(image / max(image.max(), 1))], 0
        which = _number_below("digit", digit, len(digits))
        super().__init__(
            digits=digits,
            templates=templates,
            kernels={name: FILTERS[one].kernel.tolist() for name, one in _KERNELS.items()},
            which=which,
            kernel=kernel,
            pool=pool,
            panels=panels,
            ask=ask,
        )
        if self.panels == ["scores"]:
            self.try_this = list(self._guide_for_scores)

    @traitlets.validate("which")
    def _check_which(self, proposal: Any) -> int:
        return _number_below("which", proposal["value"], len(self.digits))

    @traitlets.validate("dx", "dy")
    def _check_shift(self, proposal: Any) -> int:
        name = proposal["trait"].name
        amount = as_integer(name, proposal["value"], -REACH)
        if amount > REACH:
            raise ValueError(f"{name} is {amount}: use at most {REACH} pixels")
        return amount

    @traitlets.validate("kernel")
    def _check_kernel(self, proposal: Any) -> str:
        if proposal["value"] not in _KERNELS:
            words = ", ".join(f'"{word}"' for word in _KERNELS)
            raise ValueError(f"kernel is {proposal['value']!r}: use one of {words}")
        return proposal["value"]

    @traitlets.validate("pool")
    def _check_pool(self, proposal: Any) -> int:
        side = as_integer("pool", proposal["value"], 1)
        if side > 6:
            raise ValueError(f"pool is {side}: use at most 6")
        return side

    @traitlets.validate("panels")
    def _check_panels(self, proposal: Any) -> list[str]:
        panels = proposal["value"]
        wrong = [one for one in panels if one not in PANELS] if _is_list(panels) else [panels]
        if wrong or not panels:
            words = ", ".join(f'"{word}"' for word in PANELS)
            raise ValueError(f"panels is {panels!r}: give a list of one or more of {words}")
        return [one for one in PANELS if one in panels]

    def state(self) -> dict[str, Any]:
        state = super().state()
        if state["panels"] == list(PANELS):
            del state["panels"]
        return state

    @property
    def image(self) -> np.ndarray:
        """The shifted digit, (28, 28), 0 to 1; what leaves the picture is lost."""
        return _moved(_from_signs(self.digits[self.which]), self.dy, self.dx)

    @property
    def scores(self) -> np.ndarray:
        """Inner products (10,) of the image with the ten templates, each of length 1."""
        return np.einsum("ij,kij->k", self.image, self._templates)

    @property
    def feature_map(self) -> np.ndarray:
        """What the kernel answers, (26, 26), negative answers cut to 0."""
        return self._map_of(self.image)

    @property
    def pooled(self) -> np.ndarray:
        """The feature map's maxima over windows of `pool` × `pool`."""
        return pool2d(self.feature_map, self.pool)

    @property
    def slid_scores(self) -> np.ndarray:
        """The largest answer (10,) of each template, slid over the image."""
        bank = self._templates.transpose(1, 2, 0)[:, :, None, :]
        return conv2d(self.image[None, :, :, None], bank, padding=REACH)[0].max(axis=(0, 1))

    @property
    def moved_along(self) -> bool:
        """Whether the feature map is the one of the unmoved digit, moved by as much."""
        before = self._map_of(_from_signs(self.digits[self.which]))
        known = _moved(np.ones_like(before), self.dy, self.dx) > 0
        shifted = _moved(before, self.dy, self.dx)
        return bool(np.allclose(shifted[known], self.feature_map[known]))

    @property
    def changed(self) -> dict[str, int]:
        """How many numbers of each answer differ from those of the unmoved digit."""
        still = type(self)(self.which, kernel=self.kernel, pool=self.pool)
        still.digits = self.digits
        names = ("scores", "feature_map", "pooled", "slid_scores")
        pairs = ((name, getattr(self, name), getattr(still, name)) for name in names)
        return {name: int((np.abs(now - then) > 1e-9).sum()) for name, now, then in pairs}

    @property
    def _templates(self) -> np.ndarray:
        templates = np.stack([_from_signs(signs) for signs in self.templates])
        return templates / np.linalg.norm(templates, axis=(1, 2), keepdims=True)

    def _map_of(self, image: np.ndarray) -> np.ndarray:
        return np.maximum(correlate2d(image, self.kernels[self.kernel]), 0)

    def __repr__(self) -> str:
        return f"Shift(digit {self.which}, {self.dx} to the right, {self.dy} down)"

    @property
    def alternative_text(self) -> str:
        words = {
            "scores": "its scores with ten templates",
            "map": f"its feature map of {self.kernel}",
            "pooled": f"the map after pooling by {self.pool}×{self.pool}",
            "slid": "the scores of templates that slide",
        }
        *others, last = (words[name] for name in self.panels)
        listed = f"{', '.join(others)}, and {last}" if others else last
        return f"A digit moved by {self.dx} pixels to the right and {self.dy} down; {listed}."

    def draw(self) -> Figure:
        fig = Figure(figsize=(1.8 * (1 + len(self.panels)), 2.2), layout="constrained")
        first, *rest = fig.subplots(1, 1 + len(self.panels))
        draw_map(first, self.image, title="digit", grey=True)
        axes = dict(zip(self.panels, rest, strict=True))
        most = max(self.feature_map.max(), 1e-9)
        for name, values, title in (
            ("map", self.feature_map, "feature map"),
            ("pooled", self.pooled, "pooled"),
        ):
            if name in axes:
                draw_map(axes[name], values / most, title=title, grey=True)
        for name, scores, title in (
            ("scores", self.scores, "templates"),
            ("slid", self.slid_scores, "slid templates"),
        ):
            if name not in axes:
                continue
            colours = [style.ORANGE if one == scores.max() else style.BLUE for one in scores]
            axes[name].barh(range(10), scores, color=colours)
            axes[name].set(yticks=range(10), xticks=[], title=title, ylim=(9.6, -0.6))
            axes[name].grid(visible=False)
        return fig


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _number_below(name: str, value: Any, most: int) -> int:
    number = as_integer(name, value, 0)
    if number >= most:
        raise ValueError(f"{name} is {number}: use 0 to {most - 1}")
    return number


def _moved(image: np.ndarray, dy: int, dx: int) -> np.ndarray:
    h, w = image.shape
    out = np.zeros_like(image)
    rows, columns = (slice(max(d, 0), n + min(d, 0)) for d, n in ((dy, h), (dx, w)))
    from_rows, from_columns = (slice(max(-d, 0), n - max(d, 0)) for d, n in ((dy, h), (dx, w)))
    out[rows, columns] = image[from_rows, from_columns]
    return out


def _as_signs(image: np.ndarray) -> str:
    """An image (28, 28), 0 to 1, as a text of 784 hexadecimal digits."""
    return "".join(f"{round(float(one) * _LEVELS):x}" for one in np.clip(image, 0, 1).ravel())


def _from_signs(signs: str) -> np.ndarray:
    return np.array([int(sign, 16) for sign in signs]).reshape(_SIDE, _SIDE) / _LEVELS


@cache
def _course_digits() -> tuple[list[str], list[str]]:
    from course_utils.datasets import load_mnist

    (x_train, y_train), (x_test, _) = load_mnist()
    means = [x_train[y_train == k].mean(axis=0) for k in range(10)]
    return (
        [_as_signs(x_test[at] / 255) for at in _SAMPLES],
        [_as_signs(mean / mean.max()) for mean in means],
    )
