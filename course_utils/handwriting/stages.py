"""From a picture to MNIST's 28×28, step by step."""

from __future__ import annotations

import numpy as np

from course_utils.handwriting.pen import centred, fit, with_usual_pen
from course_utils.handwriting.pictures import Picture, grey_of
from course_utils.handwriting.reading import look


def like_mnist(picture: Picture) -> np.ndarray:
    """Turn a picture of one digit into an image as MNIST's are.

    Parameters
    ----------
    picture
        A file that Pillow can read (PNG, JPEG …), an image of Pillow's, or an array (h, w) of grey,
        (h, w, 3) of red, green and blue, or (h, w, 4) with opacity: integers from 0 to 255 (or to
        the largest of 10, 12, 14 or 16 bits), or floats from 0 to 1 or 255. The ground may be light
        or dark, and unevenly lit. Of several digits the largest is taken; `read_page` reads all.

    Returns
    -------
    numpy.ndarray
        uint8 (28, 28), 0 (paper) to 255 (ink).

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no image or damaged, the array isn't one of the above or has NaN in it, or
        there is no ink to be found or too little.
    """
    return stages(picture)["centred by mass"]


def stages(picture: Picture) -> dict[str, np.ndarray]:
    """Return what `like_mnist` makes of a picture, step by step.

    Parameters
    ----------
    picture
        See `like_mnist`.

    Returns
    -------
    dict of numpy.ndarray
        "grey" (h, w), 0 black to 1 white; "ink" (h, w), 0 paper to 1 ink; "cropped" to the digit;
        "usual pen", its strokes about as wide as MNIST's are, only where they weren't before; "fit
        into 20×20", the longer side 20, the other in proportion; "centred by mass", uint8 (28, 28).

    Raises
    ------
    FileNotFoundError, ValueError
        See `like_mnist`.
    """
    name, grey, _ = grey_of(picture)
    way, digits = look(name, grey)
    cropped = max(digits, key=lambda one: max(one.cropped.shape)).cropped
    penned = with_usual_pen(cropped)
    fitted = fit(penned)
    return {
        "grey": grey,
        "ink": way.ink,
        "cropped": cropped,
        **({} if penned is cropped else {"usual pen": penned}),
        "fit into 20×20": fitted,
        "centred by mass": centred(fitted),
    }
