"""The sketchpad: draw a digit, see it become MNIST's 28×28, and hear what a network says."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric
from course_utils.explorers.explorer import Checked, Explorer
from course_utils.explorers.picture_files import picture_in
from course_utils.explorers.pictures import draw_map, draw_message
from course_utils.explorers.stored_network import page_network
from course_utils.plotting import style

_SIDE = 28
_MOST_MAPS = 16


class Sketchpad(Explorer):
    """Draw a digit with mouse, finger, pen or keys; your own network reads it as you draw.

    **What to see.** What you draw, the steps that make of it what MNIST's digits are, the ten
    probabilities, and the response maps of the first convolution. Where no digit is likely the
    sketchpad says so.

    **Keyboard.** Tab to the drawing, then Space puts the pen down or lifts it, arrows move it, and
    Backspace takes the last stroke away.

    **Three things to try.** They stand below the explorer, and in `try_this`.

    Parameters
    ----------
    model
        What reads: a Keras model on images (28, 28), (28, 28, 1) or vectors (784,), or a function
        from a batch (1, 28, 28, 1), 0 paper to 1 ink, to ten numbers (1, 10). Without one the
        course's stored network reads, in JavaScript.
    image
        A first digit (28, 28), 0 paper to 255 ink, or floats from 0 to 1; one of MNIST's by
        default.

    Raises
    ------
    ValueError
        If the model can't read a digit, or the image has another shape.

    Examples
    --------
    >>> pad = Sketchpad(lambda batch: np.eye(10)[[3]])
    >>> np.array(pad.image).shape, int(np.argmax(pad.probabilities))
    ((28, 28), 3)
    """

    folder = "sketchpad"
    _guide = (
        "Draw a one with a foot and a flag, then without. What does the network hesitate between?",
        "Write a digit very small in a corner, then a large one. Do the 28×28 differ as much as "
        "the drawings do?",
        "Draw a letter or a face. Does it say that this is no digit, and how sure is it of what it "
        "says instead?",
    )
    _by_keyboard = (
        "Tab to the drawing; Space puts the pen down or lifts it, arrows move it, with Shift "
        "further; Backspace takes the last stroke away. Tab goes on to the buttons."
    )

    image = Checked([[0]]).tag(sync=True, state=True)
    # Set by Python, so that no trained number is stored with a notebook.
    probabilities: traitlets.List[Any] = traitlets.List().tag(sync=True)
    maps = traitlets.Dict().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    photograph = traitlets.Unicode().tag(sync=True)  # a photograph, for `course_utils.handwriting`
    network = traitlets.Any(None, allow_none=True).tag(sync=True)
    answers_here = traitlets.Bool(False).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)  # how often: also the same answer is one

    def __init__(
        self,
        model: Callable[[np.ndarray], Any] | None = None,
        *,
        image: ArrayLike | None = None,
    ) -> None:
        self._model = model
        if model is not None and not callable(model):
            raise ValueError(f"model is {model!r}: give a Keras model, or a function of a batch")
        first = _mnist_digit() if image is None else image
        network = page_network() if model is None else None
        super().__init__(image=first, network=network, answers_here=model is not None)
        self.observe(lambda change: self._answer(), "image")
        self.observe(lambda change: self._prepare(), "photograph")
        self._answer()
        if self.message:
            raise ValueError(self.message)

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> list[list[int]]:
        image = as_numeric("image", proposal["value"], ("height", "width"))
        if image.shape != (_SIDE, _SIDE):
            raise ValueError(f"image has shape {image.shape}: give (28, 28), 0 paper to 255 ink")
        if not ((image >= 0) & (image <= 255)).all():
            wrong = image[~((image >= 0) & (image <= 255))][0]
            raise ValueError(f"image holds {wrong}: give 0 paper to 255 ink, or floats from 0 to 1")
        ink = 255 if image.dtype.kind in "fb" and image.max() <= 1 else 1
        return np.rint(ink * image.astype(float)).astype(int).tolist()

    def _prepare(self) -> None:
        """Make of a photograph what MNIST's digits are: in Python, where there is a kernel."""
        from course_utils.handwriting import like_mnist

        if not self.photograph:
            return
        try:
            prepared = like_mnist(picture_in(self.photograph))
        except ValueError as error:
            self._tell(str(error))
            return
        if prepared.tolist() == self.image:
            self._answer()
        self.image = prepared

    def _answer(self) -> None:
        """Let the model read the image of now; what goes wrong is said beside the drawing."""
        if self._model is None:
            self._tell()
            return
        image = np.array(self.image)
        try:
            found, maps = _read_by(self._model, image), _first_maps(self._model, image)
        except Exception as error:  # a student's own model: whatever it is, it is told
            first = str(error).strip().partition("\n")[0]
            self._tell(f"the model can't read the image: {type(error).__name__}: {first}")
            return
        self._tell(maps=maps, probabilities=found)

    def _tell(self, message: str = "", **answer: Any) -> None:
        with self.hold_sync():  # one message to the page, so that nothing is half there
            self.message = message
            for name, value in answer.items():
                setattr(self, name, value)
            self.answered += 1

    def __repr__(self) -> str:
        return "Sketchpad(own model)" if self._model is not None else "Sketchpad()"

    @property
    def alternative_text(self) -> str:
        return (
            "A digit in 28×28 pixels as the network gets it, its centre of mass in the middle, "
            "beside ten bars, one for the probability of each digit."
        )

    def draw(self) -> Figure:
        fig = Figure(figsize=(6.5, 2.6), layout="constrained")
        left, right = fig.subplots(1, 2, width_ratios=[1, 1.6])
        draw_map(left, np.array(self.image) / 255, title="28×28", grey=True)
        found = self.probabilities or _stored_probabilities(self.image)
        if not found:
            draw_message(right, "In JupyterLab draw here,\nand your own network reads it.")
            return fig
        ten = np.array(found[:10])
        colours = [style.ORANGE if one == ten.max() else style.BLUE for one in ten]
        right.bar(range(10), ten, color=colours)
        right.set(xticks=range(10), ylim=(0, 1), xlabel="digit", ylabel="probability")
        return fig


def _read_by(model: Any, image: np.ndarray) -> list[float]:
    options = {"training": False} if hasattr(model, "layers") else {}
    answer = np.asarray(model(_batch_for(model, image), **options), dtype=float).reshape(-1)
    if answer.size not in (10, 11):
        raise ValueError(f"it gives {answer.size} numbers for one image: ten are needed")
    if not np.isfinite(answer).all():
        raise ValueError(
            "it gives NaN or infinity: its training has diverged, train it again with a smaller "
            "learning rate"
        )
    if answer.min() < 0 or answer.max() > 1.001 or not answer.any():  # logits
        answer = np.exp(answer - answer.max())
    # Ten separate probabilities, as sigmoids give, also come to a sum of 1.
    return (answer / answer.sum()).tolist()


def _batch_for(model: Any, image: np.ndarray) -> np.ndarray:
    batch = (image[None, :, :, None] / 255).astype(np.float32)
    wanted = getattr(model, "input_shape", None)
    return batch.reshape(1, *_shape_for(wanted)) if isinstance(wanted, tuple) else batch


def _shape_for(wanted: tuple) -> tuple[int, ...]:
    rest = tuple(wanted[1:])
    if rest == (_SIDE * _SIDE,):
        return rest
    if len(rest) == 3 and rest[0] == 1:
        return (1, _SIDE, _SIDE)
    return (_SIDE, _SIDE) if len(rest) == 2 else (_SIDE, _SIDE, 1)


def _first_maps(model: Any, image: np.ndarray) -> dict[str, Any]:
    """What the first convolution answers, negative answers cut to 0; nothing if there is none.

    Only where nothing but the input and its scaling comes before it: else it would read another
    image than the one that is shown.
    """
    x = _batch_for(model, image)
    for layer in getattr(model, "layers", []):
        kind = type(layer).__name__
        if kind in ("InputLayer", "Dropout"):
            continue
        if kind not in ("Rescaling", "Normalization", "Reshape", "Conv2D"):
            break
        x = layer(x)
        if kind != "Conv2D":
            continue
        if layer.data_format != "channels_last":
            break
        answer = np.maximum(np.asarray(x)[0, :, :, :_MOST_MAPS], 0)
        most = float(answer.max()) or 1.0
        content = np.rint(255 * answer / most).astype(np.uint8).tobytes()
        return {"shape": list(answer.shape), "data": base64.b64encode(content).decode("ascii")}
    return {}


def _stored_probabilities(image: list[list[int]]) -> list[float]:
    from course_utils import handwriting

    if not hasattr(handwriting, "probabilities"):
        return []
    return handwriting.probabilities(np.array(image, np.uint8)[None])[0].tolist()


def _mnist_digit() -> np.ndarray:
    from course_utils.datasets import load_mnist

    (digits, _), _ = load_mnist()
    return digits[1]
