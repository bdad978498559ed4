"""More examples from the same ones: images turned, sheared, scaled and shifted at random.

Keras and TensorFlow are imported when a function needs them, not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_real

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class RandomAffine:
    """How far images may be changed; each is changed on its own, every amount equally likely.

    Keras has a layer for each of these changes. Here they are one matrix for each image, so that
    its pixels are interpolated once and not four times.

    Attributes
    ----------
    rotation
        Degrees to either side, about the image's centre.
    scale
        Share by which an image may shrink or grow, at least 0 and below 1.
    shear
        By how many pixels a row may slide sideways for each row from the centre.
    shift
        Pixels to each side, up and down, fractions of a pixel included.

    Raises
    ------
    ValueError
        If an amount is negative or not finite, or `scale` isn't below 1.
    """

    rotation: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        remedy = "use a number of at least 0, 0 for none"
        for name, amount in vars(self).items():
            if as_amount(name, amount, remedy) < 0:
                raise ValueError(f"{name} is {amount}: {remedy}")
        if not self.scale < 1:
            raise ValueError(f"scale is {self.scale}: use a share below 1, such as 0.1")

    def __call__(self, images: tf.Tensor | ArrayLike) -> tf.Tensor:
        """Change each image of a batch; what comes in from beyond the edges is 0.

        An output pixel at (x, y), counted from the centre, is taken from the input at
        s·(c·x + (h·c − d)·y, d·x + (h·d + c)·y) plus the shift, with c and d the cosine and the
        sine of the angle, h the shear and 1/s the growth: bilinear interpolation between the four
        pixels around it.

        Parameters
        ----------
        images
            Tensor or array (batch, height, width, channels), as a rule float32.

        Returns
        -------
        tensorflow.Tensor
            The same shape; the same floating dtype, float32 for integers. The random numbers are
            TensorFlow's: `keras.utils.set_random_seed` repeats them.

        Raises
        ------
        ValueError
            If the images have another rank or aren't real numbers.
        """
        import math

        import course_utils.quiet_tensorflow  # noqa: F401  (before TensorFlow)

        import keras
        import tensorflow as tf

        batch = _as_images(images)
        count, height, width = (tf.shape(batch)[axis] for axis in range(3))

        def drawn(amount: float) -> tf.Tensor:
            return tf.random.uniform([count], -amount, amount)

        angle, shear = drawn(math.radians(self.rotation)), drawn(self.shear)
        size = 1 + drawn(self.scale)
        cosine, sine = size * tf.cos(angle), size * tf.sin(angle)
        xx, xy = cosine, shear * cosine - sine
        yx, yy = sine, shear * sine + cosine
        # The transform counts pixels from the corner; the centre of the image stays where it is.
        x, y = (tf.cast(side - 1, tf.float32) / 2 for side in (width, height))
        right = x - xx * x - xy * y + drawn(self.shift)
        down = y - yx * x - yy * y + drawn(self.shift)
        none = tf.zeros_like(xx)
        transforms = tf.stack([xx, xy, right, yx, yy, down, none, none], axis=1)
        return keras.ops.image.affine_transform(
            batch, transforms, fill_mode="constant", data_format="channels_last"
        )


def _as_images(images: tf.Tensor | ArrayLike) -> tf.Tensor:
    """Return a batch of images as a tensor of a floating dtype; in a `tf.data` map it is one."""
    import tensorflow as tf

    tensor: Any = images
    if not tf.is_tensor(images):
        array = as_real("images", images)
        known = array.dtype.kind == "f" and array.dtype.itemsize <= 8
        wanted = np.float32 if array.dtype.kind != "f" else np.float64
        tensor = tf.convert_to_tensor(array if known else array.astype(wanted))
    if tensor.dtype.is_complex or tensor.dtype == tf.string:
        raise ValueError(
            f"images has dtype {tensor.dtype.name}: give real numbers, such as float32"
        )
    rank = tensor.shape.rank
    if rank == 3:
        remedy = (
            "if it is one image, give images[np.newaxis], if grey images without channels, "
            "images[..., np.newaxis]"
        )
    elif rank == 2:
        remedy = "give one grey image as images[np.newaxis, ..., np.newaxis]"
    else:
        remedy = "give one tensor of this form"
    if rank not in (None, 4):
        raise ValueError(
            f"images has shape {tuple(tensor.shape)}, not (batch, height, width, channels): {remedy}"
        )
    return tensor if tensor.dtype.is_floating else tf.cast(tensor, tf.float32)
