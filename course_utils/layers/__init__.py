"""Layers of a convolutional network in NumPy, each with a forward and a backward pass.

``forward(x)`` computes a layer's output and remembers what the way back needs.
``backward(gradient)`` takes the slope of the loss for every cell of that output, and does two
things: it stores in `gradients` the slopes for the layer's own `parameters`, and it returns the
slopes for the input, which are the ``gradient`` of the layer before. That is the chain rule, one
layer at a time: D. Rumelhart, G. Hinton and R. Williams, "Learning representations by
back-propagating errors" (1986).

Batches of images are (batch, height, width, channels), as in Keras, and kernels (k_h, k_w, c_in,
c_out), so that weights go from one to the other unchanged. Layers compute in the dtype of their
parameters if their input has it too: `float32` to train, `float64` to check gradients.
"""

from course_utils.layers.conv2d import Conv2D
from course_utils.layers.dense import Dense, Flatten, ReLU
from course_utils.layers.gradient_check import central_difference, relative_error
from course_utils.layers.layer import Layer, he_normal
from course_utils.layers.losses import SoftmaxCrossEntropy, softmax
from course_utils.layers.optimizers import SGD
from course_utils.layers.pooling import MaxPooling2D
from course_utils.layers.sequential import Sequential

__all__ = [
    "Conv2D",
    "Dense",
    "Flatten",
    "Layer",
    "MaxPooling2D",
    "ReLU",
    "SGD",
    "Sequential",
    "SoftmaxCrossEntropy",
    "central_difference",
    "he_normal",
    "relative_error",
    "softmax",
]
