"""The mask: say for each pixel what it belongs to, and see how far that is the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.arguments import as_class_numbers, as_real, as_switch, size_text
from course_utils.explorers.explorer import Checked, Explorer
from course_utils.explorers.mask.drawing import draw_mask
from course_utils.explorers.mask.overlap import Overlap, as_runs, from_runs, overlap
from course_utils.explorers.picture_files import as_address, grey_of, picture_in

LARGEST_SIDE = 128
MOST_CLASSES = 11  # background and ten more: as many as there are patterns


def _to_page(mask: np.ndarray, explorer: Any) -> str:
    return as_runs(mask)


def _from_page(runs: str, explorer: Any) -> np.ndarray:
    return from_runs(runs, explorer.shape)


class Mask(Explorer):
    """Paint which pixels belong to what; compare it with the truth, and with a prediction.

    **What to see.** What you paint lies over the image, each class in a pattern of its own. *Compare*
    shows how far it is the truth: a map of the cells that are right, missing, extra or of a wrong
    class, and the IoU of each class, which follows as you paint. The outline of the truth is a
    solid line, that of the prediction a dashed one.

    **Keyboard.** Tab to the image, then Space puts the brush down or lifts it, arrows move it, and
    Backspace takes the last stroke away. Digits choose the class; 0 is the eraser.

    **Three things to try.** They stand below the explorer, and in `try_this`.

    Parameters
    ----------
    image
        Array (h, w) or (h, w, 1) of grey, or (h, w, 3) of colours, at most 128×128; integers from 0
        to 255, or floats from 0 to 1. By default one of MNIST's digits, with a truth and a
        prediction.
    truth, prediction
        Class numbers, integers or truth values (h, w), where 0 is background.
    classes
        Their names, up to eleven, that of class 0 first. By default "background" and "object", or
        "class 1", "class 2" … where there are more.
    painted
        A mask to begin with, (h, w); by default background everywhere.

    Attributes
    ----------
    painted
        A trait: what is painted, int (h, w). It can be set, as a whole, and observed.
    compare
        A trait: whether the truth may be seen.

    Raises
    ------
    ValueError
        If image, masks and classes don't fit.

    Examples
    --------
    >>> mask = Mask(np.zeros((2, 3)), truth=[[0, 1, 1], [0, 1, 1]])
    >>> mask.painted = [[0, 1, 1], [0, 0, 0]]
    >>> mask.painted.shape, mask.mean_iou
    ((2, 3), 0.5)
    """

    folder = "mask"
    _guide = (
        "Paint as well as you can, and say what your IoU will be. Then compare. Where are most of "
        "the cells that are missing or extra?",
        "Leave out one row of cells all around. How much does the IoU lose? Say first whether a "
        "thin object or a thick one loses more.",
        "Take the truth as far as you can by erasing only, from a mask that is far too large. Which "
        "of the two, missing or extra, costs more IoU for each cell?",
    )
    _by_keyboard = (
        "Tab to the image; Space puts the brush down or lifts it, arrows move it, with Shift "
        "further, and Enter paints a single dab. Backspace takes the last stroke away; digits "
        "choose the class, and 0 the eraser. Tab goes on to the buttons."
    )

    picture_data = traitlets.Unicode().tag(sync=True, state=True)
    truth_data = traitlets.Unicode().tag(sync=True, state=True)
    prediction_data = traitlets.Unicode().tag(sync=True, state=True)
    size: traitlets.List[Any] = traitlets.List(traitlets.Int()).tag(sync=True, state=True)
    classes = Checked([]).tag(sync=True, state=True)
    painted = Checked(np.zeros((1, 1), int)).tag(
        sync=True, state=True, to_json=_to_page, from_json=_from_page
    )
    compare = Checked(False).tag(sync=True, state=True)

    def __init__(
        self,
        image: ArrayLike | None = None,
        truth: ArrayLike | None = None,
        prediction: ArrayLike | None = None,
        classes: Sequence[str] | None = None,
        *,
        painted: ArrayLike | None = None,
        compare: bool = False,
    ) -> None:
        if image is None:
            image, truth, prediction = _example()
        grey = _as_grey(image)
        self.shape: tuple[int, int] = (grey.shape[0], grey.shape[1])
        given = {"truth": truth, "prediction": prediction, "painted": painted}
        masks = {
            name: None if mask is None else self._as_mask(name, mask, MOST_CLASSES)
            for name, mask in given.items()
        }
        if classes is None:
            most = max([1, *(int(mask.max()) for mask in masks.values() if mask is not None)])
            others = ["object"] if most == 1 else [f"class {k}" for k in range(1, most + 1)]
            classes = ["background", *others]
        self._names = _as_names(classes)
        for name, mask in masks.items():
            if mask is not None:
                self._as_mask(name, mask, len(self._names))
        blank = np.zeros(self.shape, int)
        super().__init__(
            picture_data=as_address(grey),
            truth_data="" if masks["truth"] is None else as_runs(masks["truth"]),
            prediction_data="" if masks["prediction"] is None else as_runs(masks["prediction"]),
            size=list(self.shape),
            classes=self._names,
            painted=blank if masks["painted"] is None else masks["painted"],
            compare=compare,
        )

    @traitlets.validate("painted")
    def _check_painted(self, proposal: Any) -> np.ndarray:
        mask = self._as_mask("painted", proposal["value"], len(self._names))
        # A cell set by itself would not be seen on the page.
        mask.setflags(write=False)
        return mask

    @traitlets.validate("classes")
    def _check_classes(self, proposal: Any) -> list[str]:
        names = _as_names(proposal["value"])
        if len(names) != len(self._names):
            raise ValueError(
                f"classes has {len(names)} names: this mask has {len(self._names)} classes"
            )
        return names

    @traitlets.validate("compare")
    def _check_compare(self, proposal: Any) -> bool:
        return as_switch("compare", proposal["value"])

    def _as_mask(self, name: str, value: Any, classes: int) -> np.ndarray:
        array = as_real(name, value)
        if array.dtype.kind == "b":
            array = array.astype(int)
        if array.shape == (*self.shape, 1):
            array = array[..., 0]
        if array.shape != self.shape:
            raise ValueError(
                f"{name} has shape {array.shape}: give {self.shape}, a class number for each pixel"
            )
        return as_class_numbers(name, array, ("height", "width"), classes=classes)

    def state(self) -> dict[str, Any]:
        return super().state() | {"painted": as_runs(self.painted)}

    @property
    def image(self) -> np.ndarray:
        """The image, (h, w), 0 black to 1 white."""
        return picture_in(self.picture_data) / 255

    @property
    def truth(self) -> np.ndarray | None:
        """The true classes, int (h, w); None if there are none."""
        return from_runs(self.truth_data, self.shape) if self.truth_data else None

    @property
    def prediction(self) -> np.ndarray | None:
        """The prediction, int (h, w); None if there is none."""
        return from_runs(self.prediction_data, self.shape) if self.prediction_data else None

    @property
    def overlap(self) -> Overlap:
        """How far what is painted agrees with the truth."""
        return self._overlap(self.painted)

    @property
    def iou(self) -> np.ndarray:
        """IoU of each class, (classes,); NaN for one that is neither painted nor true."""
        return self.overlap.iou

    @property
    def mean_iou(self) -> float:
        """The mean IoU of the classes from 1 on that are painted or true."""
        return self.overlap.mean

    @property
    def predicted_iou(self) -> np.ndarray:
        """The same as `iou`, of the prediction."""
        if self.prediction is None:
            raise ValueError("prediction is None: give Mask a prediction to compare")
        return self._overlap(self.prediction).iou

    def _overlap(self, mask: np.ndarray) -> Overlap:
        truth = self.truth
        if truth is None:
            raise ValueError("truth is None: give Mask the true classes to compare with")
        return overlap(mask, truth, len(self.classes))

    def __repr__(self) -> str:
        return f"Mask({size_text(self.shape)}, {len(self.classes)} classes)"

    @property
    def alternative_text(self) -> str:
        share = 100 * (self.painted > 0).mean()
        names = ", ".join(self.classes[1:])
        told = ""
        if self.compare and self.truth is not None:
            found = self.overlap
            told = (
                f" Beside it, where it is right: {found.right} cells right, {found.missing} "
                f"missing, {found.extra} extra, {found.mixed} of a wrong class."
            )
        return (
            f"A grey image of {size_text(self.shape)} pixels to paint on, one pattern for each of: "
            f"{names}. {share:.0f} % of it is painted.{told}"
        )

    def draw(self) -> Figure:
        truth = self.truth if self.compare else None
        return draw_mask(self.image, self.painted, truth, self.classes)


def _as_grey(image: Any) -> np.ndarray:
    array = np.asarray(as_real("image", image))
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim >= 2 and max(array.shape[:2]) > LARGEST_SIDE:
        raise ValueError(
            f"image has shape {array.shape}: use at most {LARGEST_SIDE}×{LARGEST_SIDE}, a part of "
            "it or every second pixel"
        )
    return grey_of(array)


def _as_names(classes: Any) -> list[str]:
    texts = isinstance(classes, (list, tuple)) and all(isinstance(one, str) for one in classes)
    if not texts or not 2 <= len(classes) <= MOST_CLASSES:
        raise ValueError(
            f"classes is {classes!r}: give the names of 2 to {MOST_CLASSES} classes, that of the "
            'background first, as in ["background", "digit"]'
        )
    return list(classes)


def _example() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A digit, its ink, and a prediction that lies a pixel beside it."""
    from course_utils.datasets import load_mnist

    (digits, _), _ = load_mnist()
    ink = digits[7] >= 128
    return digits[7], ink, np.roll(ink, 1, axis=1)
