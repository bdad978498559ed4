"""How the layers' parameters follow their gradients downhill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from course_utils.arguments import as_amount

if TYPE_CHECKING:
    from course_utils.layers.layer import Layer


class SGD:
    """Stochastic gradient descent with momentum, in Keras' form.

    Each parameter w keeps a velocity v, 0 at first: v ← momentum · v − learning_rate · g, then
    w ← w + v. Without momentum it is plain gradient descent. B. Polyak, "Some methods of speeding
    up the convergence of iteration methods" (1964).

    Parameters
    ----------
    layers
        Whose parameters to change, such as the `layers` of a `Sequential`.
    learning_rate
        Length of a step relative to the gradient, above 0.
    momentum
        Share of the last step that goes into the next, at least 0 and below 1.

    Raises
    ------
    ValueError
        If a number is outside its range.
    """

    def __init__(
        self, layers: Sequence[Layer], learning_rate: float, momentum: float = 0.0
    ) -> None:
        remedy = "use a number above 0, such as 0.01"
        learning_rate = as_amount("learning_rate", learning_rate, remedy)
        if learning_rate <= 0:
            raise ValueError(f"learning_rate is {learning_rate}: {remedy}")
        remedy = "use at least 0 and below 1, such as 0.9"
        momentum = as_amount("momentum", momentum, remedy)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum is {momentum}: {remedy}")
        self.learning_rate, self.momentum = learning_rate, momentum
        self._layers = list(layers)
        self._velocities = [
            {name: np.zeros_like(values) for name, values in layer.parameters.items()}
            for layer in self._layers
        ]

    def step(self) -> None:
        """Change all parameters, in place, by one step along the gradients of the last backward.

        Raises
        ------
        RuntimeError
            If a layer has parameters but no gradients yet.
        """
        for layer, velocities in zip(self._layers, self._velocities):
            if layer.parameters.keys() != layer.gradients.keys():
                raise RuntimeError(
                    f"{type(layer).__name__} has no gradients yet: call backward before step"
                )
            for name, velocity in velocities.items():
                velocity *= self.momentum
                velocity -= self.learning_rate * layer.gradients[name]
                layer.parameters[name] += velocity
