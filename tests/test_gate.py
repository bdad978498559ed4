"""Every public function that takes numbers takes them through one gate.

Each is given its arrays in other dtypes, as lists, and as what is no array of numbers. It has to
give what it gives for float64, or a ValueError that names the argument and a remedy.

A function that takes arrays and isn't in the table below fails the first test.
"""

import functools
import inspect
import re
import tempfile
import warnings

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

import numpy as np
import pytest

from course_utils import (
    connectivity,
    convolution,
    detection,
    filters,
    forecasting,
    layers,
    least_squares,
    pooling,
)
from course_utils.detection import Detections, Objects, boxes, canvases, detection_grid, precision
from course_utils.networks import augmentation, gradients, inspection, metrics, recipes, training

MODULES = [
    convolution,
    layers,
    pooling,
    filters,
    connectivity,
    least_squares,
    forecasting,
    detection,
    boxes,
    precision,
    detection_grid,
    canvases,
    metrics,
    augmentation,
    gradients,
    training,
    inspection,
    recipes,
]
# ArrayLike is written out as a union of `_SupportsArray` and others.
TAKES = ("Array", "ndarray", "Detections", "Objects", "Canvases")

# Offered to other wings, for arrays that have been through the gate.
BEHIND_THE_GATE = {
    "bordered",
    "cells_of_windows",
    "columns_by_image",
    "fill_around",
    "fold",
    "gather",
    "pad_for",
    "winning_cells",
    "without_padding",
    "zeros_with_padding",
    "restart",  # Keras' own weights
    "train_detector",  # canvases as `make_canvases` gives them; `grid_targets` checks the objects
    "as_boxes",  # the gate's own parts
    "as_detections",
    "as_objects",
    "as_truth_values",
    "Recipe.train",  # takes minutes; its refusals stand below
    "Layer.forward",  # of no kind
    "Layer.backward",
}


def public_functions():
    """Yield the name of each public function or method that takes arrays."""
    for module in MODULES:
        names = getattr(module, "__all__", None) or [
            name
            for name, item in vars(module).items()
            if not name.startswith("_") and getattr(item, "__module__", "") == module.__name__
        ]
        for name in names:
            item = getattr(module, name)
            found = {name: item} if inspect.isfunction(item) else {}
            if inspect.isclass(item):
                found = {
                    f"{name}.{part}": method
                    for part, method in vars(item).items()
                    if inspect.isfunction(method) and (part == "__call__" or part[0] != "_")
                }
            for full, function in found.items():
                hints = {k: str(v) for k, v in function.__annotations__.items() if k != "return"}
                if any(word in hint for hint in hints.values() for word in TAKES):
                    yield full


# --- what each is given ---------------------------------------------------------------------------

RNG = np.random.default_rng(0)


def numbers(*shape):
    """Any numbers, as large as the dtype has them (and squares of float16 can be)."""

    def make(dtype):
        kind = np.dtype(dtype)
        if kind.kind == "b":
            return RNG.integers(0, 2, shape).astype(bool)
        if kind.kind in "iu" and kind.itemsize == 1:
            info = np.iinfo(kind)
            return RNG.integers(info.min, info.max, shape, endpoint=True).astype(kind)
        if kind.kind in "iu":
            return RNG.integers(0 if kind.kind == "u" else -300, 300, shape).astype(kind)
        return (RNG.integers(-64, 64, shape) / 8).astype(kind)

    return make


def classes(*shape):
    return lambda dtype: RNG.integers(0, 2, shape).astype(dtype)


def fixed(values):
    return lambda dtype: np.array(values).astype(dtype)


def brightness(*shape):
    def make(dtype):
        top = 1 if np.dtype(dtype).kind == "b" else 127
        return np.full(shape, top).astype(dtype)

    return make


BOXES = fixed([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]])
FOUND = {"boxes": BOXES, "labels": classes(3), "scores": fixed([1, 0, 1])}
TRUTH = Objects([[0, 0, 1, 1]], [1])


def of_layer(make):
    """Return forward and backward of a layer, each made anew for every call."""

    def backward(gradient, x):
        layer = make()
        layer.forward(x)
        return layer.backward(gradient)

    return lambda x: make().forward(x), backward


def rng():
    return np.random.default_rng(0)


IMAGES, ONES = numbers(2, 4, 4, 1), np.ones((2, 4, 4, 1))
conv_forward, conv_backward = of_layer(lambda: layers.Conv2D(1, 2, 3, rng=rng()))
pool_forward, pool_backward = of_layer(lambda: layers.MaxPooling2D(3, stride=1))
dense_forward, dense_backward = of_layer(lambda: layers.Dense(4, 3, rng=rng()))
relu_forward, relu_backward = of_layer(layers.ReLU)
flat_forward, flat_backward = of_layer(layers.Flatten)


def chain():
    return layers.Sequential([layers.Flatten(), layers.Dense(16, 2, rng=rng()), layers.ReLU()])


@functools.cache
def network():
    import keras

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(2, 3, name="conv"),
            keras.layers.Flatten(),
            keras.layers.Dense(3, name="out"),
        ]
    )


def turned(images):
    import keras

    keras.utils.set_random_seed(0)
    return np.asarray(augmentation.RandomAffine(rotation=20, shift=1)(images))


def cross_entropy(logits, labels):
    loss = layers.SoftmaxCrossEntropy()
    return (
        np.append(loss.backward().ravel(), value)
        if (value := loss.forward(logits, labels)) is not None
        else None
    )


def mean_forecast(x, y):
    return lambda windows: np.full(len(windows), np.mean(np.asarray(y, float)))


class OneStep:
    """In place of a network: says what it is given."""

    def predict(self, images, **_):
        return np.zeros((len(images), 1, 1, 8)) + images.mean(axis=(1, 2))[:, :, None, None]


X, KERNEL, SMALL = numbers(9), numbers(3), numbers(3, 3)
SIGNAL, IMAGE = {"x": X, "kernel": KERNEL}, {"image": numbers(6, 5), "kernel": SMALL}
BATCH = {"images": numbers(2, 5, 5, 2), "filters": numbers(3, 3, 2, 2), "bias": numbers(2)}
ROWS = {"x": numbers(20, 3, 2), "y": numbers(20)}
SERIES = {"actual": numbers(20), "forecast": numbers(20)}
ONE = {"image": numbers(8, 8)}

# Function, the arrays it takes by the names in its messages, and how to call it with them.
TABLE = {
    "correlate1d": (convolution.correlate1d, SIGNAL),
    "convolve1d": (convolution.convolve1d, SIGNAL),
    "correlate2d": (convolution.correlate2d, IMAGE),
    "convolve2d": (convolution.convolve2d, IMAGE),
    "fft_convolve2d": (convolution.fft_convolve2d, IMAGE),
    "convolution_matrix": (
        lambda kernel: convolution.convolution_matrix(kernel, (4, 4)),
        {"kernel": SMALL},
    ),
    "pad": (lambda x: convolution.pad(x, 2), {"x": SMALL}),
    "patches": (lambda image: convolution.patches(image, 2), {"image": SMALL}),
    "im2col": (lambda images: convolution.im2col(images, 2), {"images": IMAGES}),
    "col2im": (
        lambda columns: convolution.col2im(columns, (1, 3, 3, 1), 2),
        {"columns": numbers(4, 4)},
    ),
    "conv2d": (convolution.conv2d, BATCH),
    "conv2d_transpose": (convolution.conv2d_transpose, BATCH),
    "unshared_conv2d": (
        convolution.unshared_conv2d,
        BATCH | {"filters": numbers(3, 3, 3, 3, 2, 2)},
    ),
    "tiled_conv2d": (convolution.tiled_conv2d, BATCH | {"filters": numbers(2, 2, 3, 3, 2, 2)}),
    "Conv2D.forward": (conv_forward, {"x": IMAGES}),
    "Conv2D.backward": (
        functools.partial(conv_backward, x=ONES),
        {"gradient": numbers(2, 2, 2, 2)},
    ),
    "MaxPooling2D.forward": (pool_forward, {"x": IMAGES}),
    "MaxPooling2D.backward": (
        functools.partial(pool_backward, x=ONES),
        {"gradient": numbers(2, 2, 2, 1)},
    ),
    "Dense.forward": (dense_forward, {"x": numbers(2, 4)}),
    "Dense.backward": (
        functools.partial(dense_backward, x=ONES[:, 0, :, 0]),
        {"gradient": numbers(2, 3)},
    ),
    "ReLU.forward": (relu_forward, {"x": IMAGES}),
    "ReLU.backward": (functools.partial(relu_backward, x=ONES), {"gradient": IMAGES}),
    "Flatten.forward": (flat_forward, {"x": IMAGES}),
    "Flatten.backward": (functools.partial(flat_backward, x=ONES), {"gradient": numbers(2, 16)}),
    "Sequential.forward": (lambda x: chain().forward(x), {"x": IMAGES}),
    "Sequential.predict": (lambda x: chain().predict(x, batch_size=1), {"x": IMAGES}),
    "Sequential.backward": (
        lambda gradient: [whole := chain(), whole.forward(ONES), whole.backward(gradient)][2],
        {"gradient": numbers(2, 2)},
    ),
    "softmax": (layers.softmax, {"logits": numbers(4, 3)}),
    "SoftmaxCrossEntropy.forward": (cross_entropy, {"logits": numbers(4, 3), "labels": classes(4)}),
    "relative_error": (layers.relative_error, {"one": numbers(4, 3), "other": numbers(4, 3)}),
    "central_difference": (
        lambda values: layers.central_difference(lambda: float(np.sum(values)), values),
        {"values": numbers(3)},
    ),
    "pool2d": (lambda images: pooling.pool2d(images, 2, mode="sum"), {"images": IMAGES}),
    "pool2d l2": (lambda images: pooling.pool2d(images, 2, mode="l2"), {"images": IMAGES}),
    "global_pool2d": (
        lambda images: pooling.global_pool2d(images, mode="mean"),
        {"images": IMAGES},
    ),
    "max_pool2d_argmax": (lambda images: pooling.max_pool2d_argmax(images, 2), {"images": IMAGES}),
    "learn": (
        least_squares.learn,
        {"table": fixed([[1, 0, 1], [0, 1, 1]]), "x": numbers(9, 3), "y": numbers(9, 2)},
    ),
    "learning_curve": (
        lambda rule: least_squares.learning_curve("shared", rule, [3], repetitions=1),
        {"rule": fixed([[1, 2, 3, 0], [0, 1, 2, 3]])},
    ),
    "classify_by_ridge": (
        lambda train, labels, test: least_squares.classify_by_ridge(train, labels, test, classes=2),
        {"train": numbers(9, 3), "labels": classes(9), "test": numbers(4, 3)},
    ),
    "direction_error": (filters.direction_error, {"kernel_x": SMALL, "kernel_y": SMALL}),
    "make_windows": (
        lambda series, target: np.hstack(
            [part.ravel() for part in forecasting.make_windows(series, 3, target=target)]
        ),
        {"series": numbers(9, 2), "target": numbers(9)},
    ),
    "expanding_forecasts": (
        lambda x, y: forecasting.expanding_forecasts(mean_forecast, x, y, 15),
        ROWS,
    ),
    "fit_linear": (lambda x, y: forecasting.fit_linear(x, y)(np.ones((2, 3, 2))), ROWS),
    "a linear forecast": (
        lambda windows: forecasting.fit_linear(rng().normal(size=(20, 3, 2)), np.arange(20))(
            windows
        ),
        {"windows": numbers(2, 3, 2)},
    ),
    "standardised": (
        lambda x, y: forecasting.standardised(forecasting.fit_linear)(x, y)(np.ones((2, 3, 2))),
        ROWS,
    ),
    "ridge": (lambda x, y: forecasting.ridge(2.0)(x, y)(np.ones((2, 3, 2))), ROWS),
    "interval_radius": (
        lambda errors: forecasting.interval_radius(errors, 0.8),
        {"errors": numbers(20)},
    ),
    "coverage": (
        lambda actual, forecast, radius: forecasting.coverage(actual, forecast, radius),
        SERIES | {"radius": numbers(20)},
    ),
    "rmse": (forecasting.rmse, SERIES),
    "relative_rmse": (forecasting.relative_rmse, SERIES),
    "diebold_mariano": (forecasting.diebold_mariano, SERIES | {"rival": numbers(20)}),
    "NetworkTrainer.forecasts": (
        lambda x, y: trainer().forecasts(x, y, 15, every=5, steps=50, seeds=[1]),
        ROWS,
    ),
    "areas": (detection.areas, {"boxes": BOXES}),
    "intersection_over_union": (
        detection.intersection_over_union,
        {"boxes": BOXES, "others": BOXES},
    ),
    "non_maximum_suppression": (detection.non_maximum_suppression, FOUND),
    "suppress": (
        lambda boxes, labels, scores: detection.suppress(Detections(boxes, labels, scores)).scores,
        FOUND,
    ),
    "at_least": (
        lambda boxes, labels, scores: detection.boxes.at_least((boxes, labels, scores), 0.5).boxes,
        FOUND,
    ),
    "true_positives": (
        lambda boxes, labels, scores: precision.true_positives((boxes, labels, scores), TRUTH),
        FOUND,
    ),
    "sort_out": (
        lambda boxes, labels, scores: (
            precision.sort_out((boxes, labels, scores), TRUTH).right.boxes
        ),
        FOUND,
    ),
    "ranked": (
        lambda boxes, labels, scores: precision.ranked([(boxes, labels, scores)], [TRUTH], 1)[0],
        FOUND,
    ),
    "mean_average_precision": (
        lambda boxes, labels, scores: (
            detection.mean_average_precision([(boxes, labels, scores)], [TRUTH]).mean
        ),
        FOUND,
    ),
    "grid_targets": (
        lambda boxes, labels: detection.grid_targets([(boxes, labels)], (8, 8)),
        {"boxes": fixed([[0, 0, 1, 1]]), "labels": classes(1)},
    ),
    "responsible_cell": (detection_grid.responsible_cell, {"box": fixed([0, 0, 1, 1])}),
    "decode_grid": (
        lambda answers: np.column_stack(detection.decode_grid(answers, min_score=0)[:2]),
        {"answers": numbers(2, 2, 7)},
    ),
    "precision_recall": (
        lambda right: np.array(detection.precision_recall(right, 3)),
        {"right": classes(3)},
    ),
    "average_precision": (
        lambda right: detection.average_precision(right, 3),
        {"right": classes(3)},
    ),
    "as_input": (detection.as_input, {"images": numbers(2, 8, 8)}),
    "detect": (
        lambda images: detection.detect(OneStep(), images)[0].scores,
        {"images": numbers(1, 8, 8)},
    ),
    "make_canvases": (
        lambda digits, labels: (
            detection.make_canvases(digits, labels, 1, size=20, scales=(1, 1), seed=0).images
        ),
        {"digits": brightness(3, 4, 4), "labels": classes(3)},
    ),
    "confusion_matrix": (
        metrics.confusion_matrix,
        {"labels": classes(5), "predictions": classes(5)},
    ),
    "paired_counts": (
        metrics.paired_counts,
        {"right_a": classes(5), "right_b": classes(5)},
    ),
    "paired_standard_error": (
        metrics.paired_standard_error,
        {"right_a": classes(5), "right_b": classes(5)},
    ),
    "RandomAffine.__call__": (turned, {"images": numbers(2, 5, 5, 1)}),
    "gradient_norms": (
        lambda images, labels: list(
            gradients.gradient_norms(network(), images, labels, loss="mean_squared_error").values()
        ),
        {"images": numbers(2, 8, 8, 1), "labels": classes(2, 3)},
    ),
    "split_validation": (
        lambda images, labels: training.split_validation(images, labels, 2, seed=0)[0][0],
        {"images": numbers(5, 2, 2), "labels": classes(5)},
    ),
    "grad_cam": (lambda image: inspection.grad_cam(network(), image, 0), ONE),
    "saliency": (lambda image: inspection.saliency(network(), image, 0), ONE),
    "likeness": (inspection.likeness, {"first": numbers(4, 4), "second": numbers(4, 4)}),
    "probability_without": (
        lambda image, ranking: inspection.probability_without(network(), image, ranking, 3),
        ONE | {"ranking": fixed(np.arange(64).reshape(8, 8) % 50 - 25)},
    ),
    "response_maps": (
        lambda images: inspection.response_maps(network(), images, "conv"),
        {"images": numbers(2, 8, 8)},
    ),
    "strongest_patches": (
        lambda images: inspection.strongest_patches(network(), images, "conv", 0, 1).pictures,
        {"images": numbers(2, 8, 8)},
    ),
}


@functools.cache
def trainer():
    return forecasting.NetworkTrainer(forecasting.build_short_network(3, 2, kernel_size=2))


def test_every_public_function_that_takes_arrays_is_in_the_table():
    missing = set(public_functions()) - set(TABLE) - BEHIND_THE_GATE
    assert not missing, f"give them a place in TABLE: {sorted(missing)}"
    gone = BEHIND_THE_GATE - set(public_functions()) - {"zeros_with_padding", "plan_pooling"}
    assert not gone, f"no longer there: {sorted(gone)}"


def answer(name, arrays):
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        return np.asarray(TABLE[name][0](**arrays), dtype=np.float64)


def check_refusal(error, argument):
    """Hold a message to its form: the argument first, then what it is, then what to do."""
    message = str(error)
    assert argument in message.split(maxsplit=1)[0], message
    assert re.search(r"\b(give|use|put|fill|keep|leave)\b", message), message


@pytest.mark.parametrize("dtype", ["u1", "i1", "?", "u4", "i8", "f2", "f4"])
@pytest.mark.parametrize("name", TABLE)
def test_numbers_of_any_dtype_count_for_what_they_are(name, dtype):
    arrays = {argument: make(dtype) for argument, make in TABLE[name][1].items()}
    whole = dtype not in ("?", "f2", "f4")
    # Class numbers and truth values have to be integers: they stay.
    doubles = {
        argument: array.astype(np.int64 if "label" in argument or argument in INTEGERS else float)
        for argument, array in arrays.items()
    }
    try:
        wanted = answer(name, doubles)
    except ValueError as error:
        pytest.skip(f"these numbers aren't for {name}: {error}")
    try:
        found = answer(name, arrays)
    except ValueError as error:
        check_refusal(error, next(a for a in arrays if a in str(error).split(maxsplit=1)[0]))
        assert not whole or name == "central_difference", error
        return
    coarse = {"f2": 4e-3, "f4": 2e-5}.get(dtype, 1e-5)
    size = np.abs(wanted[np.isfinite(wanted)]).max(initial=1e-30)
    np.testing.assert_allclose(found, wanted, rtol=coarse, atol=coarse * size)


INTEGERS = {"predictions", "right", "right_a", "right_b", "table"}


@pytest.mark.parametrize("name", TABLE)
def test_lists_are_as_good_as_arrays(name):
    arrays = {argument: make("i8") for argument, make in TABLE[name][1].items()}
    if name == "central_difference":
        pytest.skip("changes the array in place, so it takes no list")
    found = answer(name, {argument: array.tolist() for argument, array in arrays.items()})
    np.testing.assert_allclose(found, answer(name, arrays), rtol=1e-6)


def mapped(array):
    """The array in a file."""
    with tempfile.TemporaryFile() as file:
        there = np.memmap(file, array.dtype, "w+", shape=array.shape)
    there[...] = array
    return there


def unwritable(array):
    array = array.copy()
    array.setflags(write=False)
    return array


def backwards(array):
    every = tuple(slice(None, None, -1) for _ in array.shape)
    return array[every].copy()[every]


def spread(array):
    room = np.zeros([2 * side for side in array.shape], array.dtype)
    there = room[tuple(slice(None, None, 2) for _ in array.shape)]
    there[...] = array
    return there


FORMS = {
    "in a file": mapped,
    "read-only": unwritable,
    "backwards": backwards,
    "spread": spread,
    "by columns": np.asfortranarray,
    "a matrix": lambda array: np.asmatrix(array) if array.ndim == 2 else array,
    "bytes swapped": lambda array: array.astype(array.dtype.newbyteorder()),
    "nothing masked": np.ma.masked_array,
    "a list of arrays": list,
    "long doubles": lambda array: array.astype("g") if array.dtype.kind == "f" else array,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TABLE)
def test_arrays_of_any_form_are_as_good(name, form):
    if name == "central_difference":
        pytest.skip("changes the array in place, so it takes no other")
    for dtype in ("i8", "f8"):
        arrays = {
            argument: make("i8" if "label" in argument or argument in INTEGERS else dtype)
            for argument, make in TABLE[name][1].items()
        }
        wanted = answer(name, arrays)
        found = answer(name, {argument: FORMS[form](array) for argument, array in arrays.items()})
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-9)


def no_numbers(array):
    """Yield what is no array of real numbers, in the shape of this one where it has one."""
    text = np.full(array.shape, "a")
    masked = np.ma.masked_array(array, mask=np.ones(array.shape, bool))
    holed = array.astype(object)
    holed.flat[-1] = None
    yield from (None, "abc", text, text.tolist(), array + 1j, (array + 1j).tolist())
    yield from (holed, holed.tolist(), masked, {1, 2}, {"a": 1}, object(), [[1], [1, 2]])
    yield (number for number in (1, 2))
    yield array.astype("M8[s]")


@pytest.mark.parametrize(
    ("name", "argument"),
    [(name, argument) for name, (_, arrays) in TABLE.items() for argument in arrays],
)
def test_what_is_no_array_of_numbers_is_refused_by_name(name, argument):
    arrays = {one: make("i8") for one, make in TABLE[name][1].items()}
    optional = argument in ("bias", "target") or (name, argument) == (
        "non_maximum_suppression",
        "labels",
    )
    for value in no_numbers(arrays[argument]):
        if value is None and optional:
            continue
        with pytest.raises(ValueError) as caught:
            answer(name, arrays | {argument: value})
        check_refusal(caught.value, argument)


@pytest.mark.parametrize("argument", ["images", "labels"])
def test_a_recipe_refuses_before_it_trains(argument):
    arrays = {"images": np.zeros((4, 28, 28, 1)), "labels": np.zeros(4, int)}
    for value in no_numbers(arrays[argument]):
        with pytest.raises(ValueError) as caught:
            recipes.ONE_EPOCH.train(**arrays | {argument: value}, seed=0)
        check_refusal(caught.value, argument)
