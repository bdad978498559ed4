"""What all explorers share in Python: how one is shown, stored and described."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from course_utils.arguments import as_numeric
from course_utils.explorers import bundling

if TYPE_CHECKING:
    from matplotlib.figure import Figure


LARGEST = 1_000_000  # as frame.js's; up to here both sides' sums of products are exact


def readable(name: str, value: ArrayLike, *axes: tuple[str, ...]) -> np.ndarray:
    """Return `value` as `as_numeric` does; refuse numbers that no cell could show.

    Raises
    ------
    ValueError
        As `as_numeric`; also if there is NaN, infinity or a number beyond a million in it.
    """
    array = as_numeric(name, value, *axes)
    wrong = array[~(np.abs(array.astype(float)) <= LARGEST)]
    if wrong.size:
        raise ValueError(
            f"{name} holds {wrong[0]}: use numbers from −{LARGEST} to {LARGEST}, "
            "so that they can be read"
        )
    return array


class Checked(traitlets.TraitType[Any, Any]):
    """A trait that its class checks; of `traitlets.Any`, None would never be."""


class Explorer(anywidget.AnyWidget):
    """The common part of the explorers.

    A subclass has a `folder` (its JavaScript module lies there), traits tagged ``state=True``, and
    says how it is drawn and described where nothing is alive.
    """

    folder: ClassVar[str]
    _guide: ClassVar[tuple[str, ...]] = ()
    _by_keyboard: ClassVar[str] = ""
    _colours: ClassVar[int] = 48  # of the picture's palette

    try_this = traitlets.List(traitlets.Unicode()).tag(sync=True, state=True)
    keyboard = traitlets.Unicode().tag(sync=True, state=True)

    def __init__(self, **state: Any) -> None:
        super().__init__(try_this=list(self._guide), keyboard=self._by_keyboard, **state)

    def __init_subclass__(cls, **options: Any) -> None:
        # ipywidgets makes a subclass of each widget's class, which has these as traits already.
        if "folder" in vars(cls):
            cls._esm = bundling.module(cls.folder)
            cls._css = bundling.style(cls.folder)
        super().__init_subclass__(**options)

    @property
    def alternative_text(self) -> str:
        """What the picture shows, in words."""
        raise NotImplementedError

    def draw(self) -> Figure:
        """Draw what the explorer shows now, for paper and wherever no script runs."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Return what a page needs to bring the explorer to life: JSON, the same on every run."""
        return {
            name: getattr(self, name) for name in sorted(self.trait_names(sync=True, state=True))
        }

    def picture(self) -> bytes:
        """Return what the explorer shows now as the content of a PNG file."""
        from course_utils.explorers.picture_files import with_few_colours
        from course_utils.explorers.pictures import in_course_style

        content = io.BytesIO()
        with in_course_style():
            self.draw().savefig(content, format="png", dpi=100, metadata={"Software": None})
        return with_few_colours(content.getvalue(), self._colours)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        shown = super()._repr_mimebundle_(**options)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        # One text: a notebook's file gives each number of a list a line of its own.
        state = json.dumps(self.state(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        stored = {"name": self.folder, "state": state}
        picture = base64.b64encode(self.picture()).decode("ascii")
        # Of the view only JupyterLab knows; the rest is the same whenever the cell is run.
        data = dict(data) | {"text/plain": repr(self), "image/png": picture}
        data[bundling.MIME] = stored
        return data, dict(metadata) | {"image/png": {"alt": self.alternative_text}}
