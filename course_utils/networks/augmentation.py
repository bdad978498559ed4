"""More examples from the same ones: images turned, sheared, scaled and shifted at random.

Keras and TensorFlow are imported when a function needs them, not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        If an amount is negative, or `scale` isn't below 1.
    """

    rotation: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        for name, amount in vars(self).items():
            if not amount >= 0:
                raise ValueError(f"{name} is {amount}: use a number of at least 0, 0 for none")
        if not self.scale < 1:
            raise ValueError(f"scale is {self.scale}: use a share below 1, such as 0.1")

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Change each image of a batch; what comes in from beyond the edges is 0.

        An output pixel at (x, y), counted from the centre, is taken from the input at
        s·(c·x + (h·c − d)·y, d·x + (h·d + c)·y) plus the shift, with c and d the cosine and the
        sine of the angle, h the shear and 1/s the growth: bilinear interpolation between the four
        pixels around it.

        Parameters
        ----------
        images
            Tensor (batch, height, width, channels), float32.

        Returns
        -------
        tensorflow.Tensor
            The same shape and dtype. The random numbers are TensorFlow's:
            `keras.utils.set_random_seed` repeats them.
        """
        import math

        import keras
        import tensorflow as tf

        import course_utils.quiet_tensorflow  # noqa: F401  (before TensorFlow)

        count, height, width = (tf.shape(images)[axis] for axis in range(3))

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
            images, transforms, fill_mode="constant", data_format="channels_last"
        )
