"""What layers that are linear in their weights learn from examples, by least squares with a ridge.

Least squares looks for the weights w that make the sum of squared errors smallest. The ridge adds
λ·‖w‖² to that sum: weights about which the examples say nothing are held near zero. In closed
form, with the examples in the rows of X,

    w = (XᵀX + λI)⁻¹ Xᵀy = Xᵀ(XXᵀ + λI)⁻¹ y

of which the second is the smaller system where there are fewer examples than weights (T. Hastie,
R. Tibshirani and J. Friedman, "The Elements of Statistical Learning" (2009), section 3.4.1).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_utils.arguments import as_amount, as_class_numbers, as_double, as_floating, as_integer
from course_utils.connectivity import wiring
from course_utils.sum_dtypes import common_dtype


def learn(table: ArrayLike, x: ArrayLike, y: ArrayLike, ridge: float = 0.25) -> np.ndarray:
    """Find the weights of a layer with a given wiring from examples of its input and output.

    Parameters
    ----------
    table
        Which weight stands where, as `course_utils.connectivity.wiring` gives it: integers
        (outputs, inputs), 0 for no link, equal numbers for one weight.
    x, y
        Examples (n, inputs) and their answers (n, outputs).
    ridge
        λ, above 0.

    Returns
    -------
    numpy.ndarray, shape (outputs, inputs)
        The layer's matrix: the learned weights in their places, zeros where there is no link.

    Raises
    ------
    ValueError
        If the shapes don't fit each other, the table isn't of whole numbers from 0 on with a link
        in it, or the ridge isn't positive.
    """
    table = as_class_numbers("table", table, ("outputs", "inputs"))
    x = as_double("x", x, ("examples", "inputs"))
    y = as_double("y", y, ("examples", "outputs"))
    ridge = _above_zero("ridge", ridge)
    if not table.any():
        raise ValueError("table has no link: give at least one cell a number above 0")
    for name, array, side in (("x", x, table.shape[1]), ("y", y, table.shape[0])):
        if array.shape != (len(x), side):
            raise ValueError(
                f"{name} has shape {array.shape}: give {(len(x), side)}, as x holds {len(x)} "
                f"examples and table is {table.shape}"
            )
    # One equation for each example and output. Its regressors: the inputs that meet a weight,
    # added up, for each weight.
    ties = np.eye(table.max() + 1)[table][..., 1:]
    design = np.einsum("ni,oiw->now", x, ties).reshape(y.size, -1)
    weights = _ridge_weights(design, y.reshape(-1, 1), ridge)[:, 0]
    return np.concatenate([[0.0], weights])[table]


def learning_curve(
    kind: str,
    rule: ArrayLike,
    counts: Sequence[int],
    *,
    width: int = 3,
    noise: float = 0.5,
    repetitions: int = 10,
    seed: int = 0,
) -> list[float]:
    """Measure how far a layer's learned matrix is from a hidden rule, by the number of examples.

    An example's inputs are standard normal, its answers are the rule's plus normal noise.

    Parameters
    ----------
    kind, width
        Of the layer that learns, see `course_utils.connectivity.wiring`.
    rule
        The matrix (outputs, inputs) by which the examples are made.
    counts
        Numbers of examples.
    noise
        Its standard deviation.
    repetitions
        Over how many fresh sets of examples the error is averaged.
    seed
        Of the examples.

    Returns
    -------
    list of float
        For each count the mean of ‖learned − rule‖ / ‖rule‖: 0 for a rule that was found, 1 for a
        matrix of zeros.

    Raises
    ------
    ValueError
        If the rule isn't a matrix other than zero, with a row for each output of the layer, or a
        count or the number of repetitions isn't a positive integer.
    """
    rule = as_double("rule", rule, ("outputs", "inputs"))
    counts = [as_integer("counts", count, 1) for count in counts]
    repetitions = as_integer("repetitions", repetitions, 1)
    table, rng, errors = wiring(kind, rule.shape[1], width), np.random.default_rng(seed), []
    if table.shape != rule.shape or not rule.any():
        raise ValueError(
            f"rule has shape {rule.shape}: give {len(table)} rows, as a kernel of width {width} "
            f"has {len(table)} places on {rule.shape[1]} inputs, and not all zeros"
        )
    for count in counts:
        distances = []
        for _ in range(repetitions):
            x = rng.normal(size=(count, rule.shape[1]))
            y = x @ rule.T + noise * rng.normal(size=(count, len(rule)))
            distances.append(np.linalg.norm(learn(table, x, y) - rule))
        errors.append(float(np.mean(distances) / np.linalg.norm(rule)))
    return errors


def classify_by_ridge(
    train: ArrayLike,
    labels: ArrayLike,
    test: ArrayLike,
    *,
    classes: int = 10,
    strength: float = 0.1,
) -> np.ndarray:
    """Score classes by ridge regression on the features of labelled examples.

    Each class is a target: 1 for its own examples, 0 for the others. λ is `strength` times the
    mean length squared of a centred feature, so that the scale of the features doesn't matter.

    Parameters
    ----------
    train, labels
        Features (n, features) and classes (n,), 0 to `classes` − 1.
    test
        Features (m, features) of the examples to be scored.
    classes
        How many there are.
    strength
        Of the ridge, above 0.

    Returns
    -------
    numpy.ndarray, shape (m, classes)
        About 1 where an example looks like one of the class, about 0 where not; the largest wins.

    Raises
    ------
    ValueError
        If train and labels differ in length, train and test in their features, or a label is no
        class.
    """
    classes = as_integer("classes", classes, 1)
    strength = _above_zero("strength", strength)
    train = as_floating("train", train, ("examples", "features"))
    test = as_floating("test", test, ("examples", "features"))
    labels = as_class_numbers("labels", labels, ("examples",), classes=classes)
    if len(labels) != len(train):
        raise ValueError(
            f"labels are {len(labels)}, train has {len(train)} rows: give one for each"
        )
    if test.shape[1] != train.shape[1]:
        raise ValueError(
            f"test has {test.shape[1]} features, train {train.shape[1]}: give both the same ones"
        )
    train = train.astype(common_dtype(train, test), copy=False)
    mean = train.mean(axis=0)
    centred = train - mean
    # A guard for features that are all constant; any positive number does.
    ridge = float(strength * np.mean(np.sum(centred**2, axis=0))) or 1.0
    targets = np.eye(classes, dtype=centred.dtype)[labels]
    weights = _ridge_weights(centred, targets - targets.mean(axis=0), ridge)
    return test @ weights - mean @ weights + targets.mean(axis=0)


def _ridge_weights(x: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Return the weights (features, targets) of the formula above, without an intercept."""
    examples, features = x.shape
    if examples < features:
        small = x @ x.T + ridge * np.eye(examples, dtype=x.dtype)
        return x.T @ np.linalg.solve(small, y)
    return np.linalg.solve(x.T @ x + ridge * np.eye(features, dtype=x.dtype), x.T @ y)


def _above_zero(name: str, value: object) -> float:
    amount = as_amount(name, value, "give a number above 0")
    if not amount > 0:
        raise ValueError(f"{name} is {value!r}: give a number above 0")
    return amount
