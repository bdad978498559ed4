"""What a cell sees, on networks of which the answer is known: small, deep, and well-known ones."""

import os
import subprocess
import sys

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

import pytest

from course_utils.networks import inspection, models

import keras  # isort: skip
from keras import layers  # isort: skip

LARGE = pytest.mark.skipif(
    not os.environ.get("COURSE_LARGE_TESTS"),
    reason="takes half a minute: set COURSE_LARGE_TESTS=1 to run it",
)


def chain(*parts, shape=(12, 12, 1), **options):
    return keras.Sequential([keras.Input(shape), *parts], **options)


def size_of(model, layer=-1, input_size=None):
    return inspection.receptive_field_by_gradient(model, layer, input_size).size


@pytest.mark.parametrize("name", ["two_conv", "three_conv", "five_conv"])
def test_receptive_fields_of_the_lectures_networks_are_those_of_the_formula(name):
    model = models.build_model(name)
    for layer, size in zip(model.layers, models.receptive_field(model)):
        found = inspection.receptive_field_by_gradient(model, layer.name, 120)
        assert found.size == (size, size)
    # One unit after it is one cell of the last feature map, one dense unit sees everything.
    assert inspection.receptive_field_by_gradient(model, "flatten").size[0] <= 28
    assert inspection.receptive_field_by_gradient(model, "output").size == (28, 28)


def test_receptive_fields_of_a_mixed_chain_are_those_of_the_formula():
    model = chain(
        layers.Conv2D(2, (3, 5), strides=(1, 2), activation="relu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D((2, 3)),
        layers.Conv2D(2, 3, dilation_rate=2, activation="tanh"),
        layers.DepthwiseConv2D(2, padding="same"),
        layers.AveragePooling2D(3, strides=2),
        shape=(None, None, 3),
    )
    tall, wide = (models.receptive_field(model, axis=axis) for axis in (0, 1))
    for layer, *size in zip(model.layers, tall, wide):
        found = inspection.receptive_field_by_gradient(model, layer, (120, 150))
        assert found.size == tuple(size)
        assert found.strength.shape == (120, 150) and found.strength.max() == 1


def test_corner_and_jump_say_where_a_cell_looks():
    model = models.build_model("two_conv")
    found = inspection.receptive_field_by_gradient(model, "conv2")
    assert (found.size, found.corner, found.jump) == ((14, 14), (0, 0), (2, 2))
    # Eight cells, centres at 6.5, 8.5, … 20.5, drawn two pixels wide each.
    assert found.extent(8, 8) == (5.5, 21.5, 21.5, 5.5)
    padded = chain(layers.Conv2D(1, 3, padding="same"), shape=(9, 9, 1))
    found = inspection.receptive_field_by_gradient(padded, 0)
    assert (found.corner, found.extent(9, 9)) == ((-1, -1), (-0.5, 8.5, 8.5, -0.5))


def test_a_field_larger_than_the_image_is_cut_off():
    model = chain(layers.Conv2D(1, 15, padding="same"), shape=(10, 10, 1))
    assert inspection.receptive_field_by_gradient(model, 0).size == (10, 10)


def test_residual_links_and_biases_do_not_disturb_the_measurement():
    image = keras.Input((16, 16, 1))
    dark = layers.Conv2D(2, 3, activation="relu", bias_initializer=keras.initializers.Constant(-9))
    x = dark(image)
    x = layers.Add()([x, layers.Conv2D(2, 3, padding="same")(x)])
    found = inspection.receptive_field_by_gradient(keras.Model(image, x), -1)
    assert found.size == (5, 5)


def test_a_size_that_cannot_be_is_refused():
    free = chain(layers.Conv2D(1, 5, name="conv"), shape=(None, None, 1), name="free")
    with pytest.raises(ValueError, match="'free' takes images of any size"):
        inspection.receptive_field_by_gradient(free, 0)
    with pytest.raises(ValueError, match="input_size is .*use a larger one"):
        inspection.receptive_field_by_gradient(free, 0, 3)
    with pytest.raises(ValueError, match="size is"):
        inspection.receptive_field_by_gradient(free, 0, (9, 0))
    with pytest.raises(ValueError, match="size is .*give 2 numbers"):
        inspection.receptive_field_by_gradient(free, 0, (9, 9, 9))


def test_a_model_of_any_number_of_channels_is_refused():
    free = chain(layers.MaxPooling2D(2), shape=(8, 8, None), name="free")
    for size in (None, 8):
        with pytest.raises(ValueError, match="'free' takes images of any number of channels"):
            inspection.receptive_field_by_gradient(free, 0, size)


# --- depth and width: a pixel counts or doesn't, however faintly ---------------------------------


def separable(channels, blocks):
    for _ in range(blocks):
        yield layers.DepthwiseConv2D(3, padding="same")
        yield layers.Conv2D(channels, 1)


@pytest.mark.parametrize(("channels", "blocks"), [(64, 16), (64, 20), (256, 12)])
def test_depthwise_layers_do_not_make_pixels_vanish(channels, blocks):
    side = 2 * blocks + 9
    model = chain(*separable(channels, blocks), shape=(side, side, channels))
    assert size_of(model) == (2 * blocks + 1,) * 2


def test_a_hundred_layers_are_seen_through():
    deep = [layers.Conv2D(1, 3, padding="same") for _ in range(100)]
    assert size_of(chain(*deep, shape=(210, 203, 1))) == (201, 201)
    long = [layers.Conv1D(1, 3, padding="same") for _ in range(90)]
    found = inspection.receptive_field_by_gradient(chain(*long, shape=(190, 1)), -1)
    assert (found.size, found.corner, found.jump) == ((181,), (-90,), (1,))
    assert found.strength.max() == 1 and (found.strength > 0).sum() == 181


def test_the_middle_of_a_deep_field_counts_more_than_its_edge():
    deep = [layers.Conv1D(1, 3, padding="same") for _ in range(9)]
    strength = inspection.receptive_field_by_gradient(chain(*deep, shape=(41, 1)), -1).strength
    assert strength[20] > 10 * strength[13] > 100 * strength[11] > 0


def test_half_precision_measures_as_well():
    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_float16")
        model = chain(*(layers.Conv2D(1, 3, padding="same") for _ in range(30)), shape=(70, 70, 1))
    finally:
        keras.config.set_dtype_policy(before)
    assert size_of(model) == (61, 61)


@pytest.mark.parametrize(
    "part",
    [
        lambda: layers.LayerNormalization(),
        lambda: layers.Softmax(),
        lambda: layers.Activation("softmax"),
        lambda: layers.ReLU(max_value=0.5, threshold=2),
        lambda: layers.Activation("hard_tanh"),
        lambda: layers.PReLU(alpha_initializer="zeros"),
        lambda: layers.BatchNormalization(gamma_initializer="zeros", beta_initializer="ones"),
        lambda: layers.Conv2D(3, 1, activation="softmax", kernel_initializer="zeros"),
        lambda: layers.Dropout(0.9),
        lambda: layers.Rescaling(-1 / 255, offset=9),
    ],
    ids="norm softmax activation relu hard prelu zero-norm zero-kernel dropout rescaling".split(),
)
def test_what_acts_on_each_cell_hides_no_pixel(part):
    model = chain(
        layers.Conv2D(3, 3),
        part(),
        layers.AveragePooling2D(2),
        layers.Conv2D(2, 3),
        shape=(19, 19, 1),
    )
    assert size_of(model) == (8, 8)


def test_all_ways_to_a_cell_count():
    image = keras.Input((16, 16, 1))
    narrow, wide = layers.Conv2D(1, 1)(image), layers.Conv2D(1, 5, padding="same")(image)
    for join in (layers.Concatenate, layers.Maximum, layers.Minimum, layers.Add, layers.Multiply):
        for parts in ([narrow, wide], [wide, narrow]):
            assert size_of(keras.Model(image, join()(parts))) == (5, 5)


def test_maxima_of_every_kind_see_their_whole_window():
    for pool, size in (
        (layers.MaxPooling2D(3, strides=2), 3),
        (layers.GlobalMaxPooling2D(), 12),
        (layers.GlobalMaxPooling2D(keepdims=True), 12),
    ):
        assert size_of(chain(pool)) == (size, size)
    assert size_of(chain(layers.MaxPooling1D(4), shape=(12, 2))) == (4,)


def test_two_layers_of_one_name_are_told_apart():
    twin = chain(layers.Conv2D(1, 3, name="same"), shape=(10, 10, 1), name="twin")
    model = chain(layers.Conv2D(1, 3, name="same"), twin)
    assert size_of(model, model.layers[0]) == (3, 3)
    assert size_of(model, twin.layers[0]) == (5, 5)


def test_a_layer_that_no_pixel_reaches_is_named():
    class Blind(layers.Layer):
        def call(self, inputs):
            return keras.ops.zeros_like(inputs)

    image, blind = keras.Input((8, 8, 1)), Blind(name="blind")
    with pytest.raises(ValueError, match="layer is 'blind', which no pixel of the image reaches"):
        size_of(keras.Model(image, blind(image)))


WIDE_STEPS = """
import course_utils.quiet_tensorflow
import keras, numpy as np
from course_utils.networks import inspection
for step in (2, 4, 8) * 5:
    for kind in (keras.layers.Conv2D, keras.layers.DepthwiseConv2D):
        conv = kind(filters=1, kernel_size=1, strides=step) if kind is keras.layers.Conv2D else (
            kind(kernel_size=1, strides=step))
        model = keras.Sequential([keras.Input((64, 64, 1)), conv])
        found = inspection.receptive_field_by_gradient(model, 0)
        assert (found.size, found.corner, found.jump) == ((1, 1), (0, 0), (step, step)), found
    whole = keras.Sequential([model, keras.layers.Flatten(), keras.layers.Dense(2)])
    seen = inspection.saliency(whole, np.ones((64, 64)), 0)
    assert np.count_nonzero(seen) == (64 // step) ** 2, np.count_nonzero(seen)
    assert not seen[1::step].any() and conv.strides == (step, step)
"""


def test_steps_wider_than_their_kernel_do_not_meet_tensorflows_fault():
    # In a process of its own, which the fault may end.
    done = subprocess.run([sys.executable, "-c", WIDE_STEPS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_mobilenet():
    """Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks"."""
    model = keras.applications.MobileNet(
        weights=None, include_top=False, input_shape=(352, 352, 3), alpha=0.25
    )
    assert size_of(model, "conv_pw_13_relu") == (315, 315)


@LARGE
def test_resnet50_and_vgg16():
    options = {"weights": None, "include_top": False}
    resnet = keras.applications.ResNet50(input_shape=(512, 512, 3), **options)
    assert size_of(resnet, "conv5_block3_out") == (483, 483)
    vgg = keras.applications.VGG16(input_shape=(224, 224, 3), **options)
    assert size_of(vgg, "block5_pool") == (212, 212)
