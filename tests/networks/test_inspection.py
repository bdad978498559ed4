"""What a network looks for, on tiny models of which the answer is known."""

import course_utils.quiet_tensorflow  # noqa: F401  (before Keras, which imports TensorFlow)

import numpy as np
import pytest

from course_utils.networks import inspection, model_access

import keras  # isort: skip
from keras import layers  # isort: skip

SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(0)


def chain(*parts, shape=(12, 12, 1), **options):
    return keras.Sequential([keras.Input(shape), *parts], **options)


def classifier(**options):
    """Small, trained on nothing, its layers named by Keras or, with `names`, by us."""
    return chain(
        layers.Conv2D(3, 3, activation="relu", name="first"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Conv2D(4, 3, activation="relu", name="second"),
        layers.Flatten(name="flat"),
        layers.Dense(5, activation="softmax", name="out"),
        **options,
    )


def blob_finder():
    """Class 0 likes brightness, class 1 darkness: a 1×1 convolution, its mean, two scores."""
    model = chain(
        layers.Conv2D(1, 1, name="copy"),
        layers.GlobalAveragePooling2D(name="mean"),
        layers.Dense(2, activation="softmax", name="out"),
    )
    model.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1), np.array([[3.0, -3.0]]), np.zeros(2)])
    return model


def image_with_blob(top=2, left=7):
    image = np.zeros((12, 12), np.float32)
    image[top : top + 3, left : left + 3] = 1
    return image


def sequential_named():
    return classifier(name="named")


def sequential_unnamed():
    return chain(
        layers.Conv2D(3, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(4, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(5, activation="softmax"),
    )


def sequential_built_never_called():
    model = keras.Sequential(sequential_unnamed().layers)
    model.build((None, 12, 12, 1))
    return model


def functional():
    image = keras.Input((12, 12, 1))
    x = layers.Conv2D(3, 3, padding="same")(image)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Add()([x, layers.Conv2D(3, 3, padding="same")(x)])
    x = layers.GlobalMaxPooling2D()(x)
    return keras.Model(image, layers.Softmax()(layers.Dense(5)(x)))


def nested():
    body = chain(layers.Conv2D(3, 3, activation="relu", name="inner"), name="body")
    return chain(body, layers.Flatten(), layers.Dense(5, activation="softmax"))


def one_of_its_own():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.seen = layers.Conv2D(3, 3)
            self.out = layers.Dense(5)

        def call(self, images):
            return self.out(keras.ops.mean(self.seen(images), axis=(1, 2)))

    model = Own()
    model(np.zeros((1, 12, 12, 1), np.float32))
    return model


KINDS = [
    sequential_named,
    sequential_unnamed,
    sequential_built_never_called,
    functional,
    nested,
    one_of_its_own,
]


@pytest.mark.parametrize("make", KINDS)
def test_every_kind_of_model_can_be_looked_into_and_stays_as_it_is(make):
    model, image = make(), np.random.default_rng(0).random((12, 12, 1)).astype(np.float32)
    before, said = model.get_weights(), np.asarray(model(image[None]))
    convolution = model_access.last_convolution(model)
    assert inspection.filters(model, convolution).shape[-1] in (3, 4)
    maps = inspection.response_maps(model, image[None], convolution)
    assert maps.ndim == 4 and maps.shape[0] == 1
    assert inspection.saliency(model, image, 2).shape == (12, 12)
    assert inspection.grad_cam(model, image).shape == maps.shape[1:3]
    if make is not one_of_its_own:
        assert inspection.exciting_image(model, convolution, 1, steps=3).shape == (12, 12)
        assert inspection.receptive_field_by_gradient(model, convolution).size[0] >= 3
    np.testing.assert_array_equal(np.asarray(model(image[None])), said)
    for ours, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not any("call" in vars(layer) for layer in model.layers)


@pytest.mark.filterwarnings("error")
def test_a_model_made_from_a_list_of_inputs_gives_no_warning():
    chained = classifier()
    model = keras.Model(chained.inputs, chained.outputs)
    image = np.random.default_rng(0).random((12, 12))
    np.testing.assert_allclose(
        inspection.saliency(model, image, 1), inspection.saliency(chained, image, 1)
    )
    assert inspection.receptive_field_by_gradient(model, "second").size == (8, 8)


def test_layers_are_found_by_name_by_place_and_as_themselves():
    model = classifier()
    wanted = model.get_layer("second").get_weights()[0]
    for layer in ("second", 2, -3, np.int64(2), model.get_layer("second")):
        np.testing.assert_array_equal(inspection.filters(model, layer), wanted)
    inside = nested()
    assert inspection.filters(inside, "inner").shape == (3, 3, 1, 3)


def test_filters_are_a_copy():
    model = classifier()
    inspection.filters(model, "first")[:] = 7
    assert not (inspection.filters(model, "first") == 7).any()


@pytest.mark.parametrize("layer", ["third", 9, -6, True, None, layers.Flatten(name="other")])
def test_an_unknown_layer_is_answered_by_the_list_of_layers(layer):
    says = "which model 'named' doesn't have: use one of first, pool, second, flat, out"
    for look in (
        lambda model: inspection.filters(model, layer),
        lambda model: inspection.response_maps(model, np.zeros((1, 12, 12)), layer),
        lambda model: inspection.receptive_field_by_gradient(model, layer),
        lambda model: inspection.exciting_image(model, layer, 0),
    ):
        with pytest.raises(ValueError, match=says):
            look(sequential_named())


def test_a_name_that_two_layers_have_is_refused():
    twin = chain(layers.ReLU(name="same"), shape=(10, 10, 1), name="twin")
    model = chain(layers.Conv2D(1, 3, name="same"), twin)
    with pytest.raises(ValueError, match="a name that 2 layers"):
        inspection.response_maps(model, np.zeros((1, 12, 12)), "same")
    assert inspection.filters(model, 0).shape == (3, 3, 1, 1)


def test_a_model_without_weights_is_told_how_to_get_them():
    model = keras.Sequential([layers.Conv2D(2, 3), layers.Flatten()], name="empty")
    for look in (
        lambda: inspection.filters(model, 0),
        lambda: inspection.saliency(model, np.zeros((12, 12))),
        lambda: inspection.grad_cam(model, np.zeros((12, 12))),
    ):
        with pytest.raises(ValueError, match="model is 'empty', which has no weights.*keras.Input"):
            look()
    with pytest.raises(ValueError, match="give a Keras model"):
        inspection.filters([1, 2], 0)


def test_layers_without_filters_are_refused_with_those_that_have_some():
    with pytest.raises(ValueError, match="'pool', a MaxPooling2D.*use one of first, second"):
        inspection.filters(classifier(), "pool")
    with pytest.raises(ValueError, match="no layer of this model has any"):
        inspection.filters(chain(layers.Flatten()), 0)


# --- response maps ------------------------------------------------------------------------------


def test_response_maps_are_what_a_model_cut_off_there_gives():
    model, images = classifier(), np.random.default_rng(0).random((300, 12, 12, 1))
    for layer in model.layers:
        cut = keras.Model(model.inputs, layer.output)
        given = inspection.response_maps(model, images, layer.name)
        np.testing.assert_allclose(given, cut.predict(images, verbose=0), atol=1e-5)


def test_grey_images_need_no_channel_axis():
    images = np.random.default_rng(0).random((2, 12, 12))
    np.testing.assert_array_equal(
        inspection.response_maps(classifier(), images, "first").shape, (2, 10, 10, 3)
    )


@pytest.mark.parametrize("shape", [(2, 11, 12, 1), (12, 12), (2, 12, 12, 3), (0, 12, 12, 1)])
def test_images_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match=r"images has shape .* takes a batch .*\(12, 12, 1\)"):
        inspection.response_maps(classifier(), np.zeros(shape), "first")


def test_one_image_is_wanted_where_one_is_explained():
    model, image = classifier(), np.random.default_rng(0).random((12, 12))
    for shape in [(12, 12), (12, 12, 1), (1, 12, 12, 1)]:
        assert inspection.saliency(model, image.reshape(shape)).shape == (12, 12)
    with pytest.raises(ValueError, match="image has shape .* takes one image"):
        inspection.saliency(model, np.zeros((2, 12, 12, 1)))
    with pytest.raises(ValueError, match="image.0, 0. is 'a', which is no number"):
        inspection.saliency(model, np.full((12, 12), "a"))


def test_an_input_layer_answers_nothing():
    model = functional()
    with pytest.raises(ValueError, match="computes nothing"):
        inspection.response_maps(model, np.zeros((1, 12, 12)), 0)


# --- saliency and Grad-CAM ----------------------------------------------------------------------


def test_saliency_of_a_linear_model_is_its_weights():
    model = chain(layers.Flatten(), layers.Dense(3, activation="softmax"), shape=(2, 4, 1))
    weights = model.get_weights()[0]
    found = inspection.saliency(model, np.random.default_rng(0).random((2, 4)), 1)
    np.testing.assert_allclose(found, np.abs(weights[:, 1]).reshape(2, 4), rtol=1e-5)


def test_saliency_takes_the_strongest_channel():
    model = chain(layers.Flatten(), layers.Dense(1), shape=(1, 2, 3))
    model.set_weights([np.array([[1], [-5], [2], [0], [3], [-1.0]]), np.zeros(1)])
    found = inspection.saliency(model, np.zeros((1, 2, 3)), 0)
    np.testing.assert_allclose(found, [[5, 3]])


def test_a_sure_network_still_has_gradients():
    model = chain(layers.Flatten(), layers.Dense(2, activation="softmax"), shape=(1, 2, 1))
    model.set_weights([np.array([[900.0, 0], [0, 900.0]]), np.zeros(2)])
    np.testing.assert_allclose(inspection.saliency(model, np.array([[1.0, 0.0]])), [[900, 0]])
    assert model.layers[-1].activation is keras.activations.softmax


def test_a_class_that_is_not_there_is_refused():
    for class_index in (5, -1, 1.0):
        with pytest.raises(ValueError, match="class_index is"):
            inspection.saliency(classifier(), np.zeros((12, 12)), class_index)


def test_a_model_that_is_no_classifier_is_refused():
    with pytest.raises(ValueError, match=r"it should give \(n, classes\)"):
        inspection.saliency(chain(layers.Conv2D(2, 3)), np.zeros((12, 12)))


@pytest.mark.parametrize(("top", "left"), [(2, 7), (8, 0), (5, 5)])
def test_grad_cam_points_at_the_blob(top, left):
    found = inspection.grad_cam(blob_finder(), image_with_blob(top, left), 0)
    np.testing.assert_array_equal(found > 0, image_with_blob(top, left) > 0)
    # Weight 3 on the mean of 144 cells: the gradient is 3/144 at each.
    np.testing.assert_allclose(found.max(), 3 / 144, rtol=1e-5)


def test_grad_cam_has_nothing_to_say_for_the_other_class():
    assert not inspection.grad_cam(blob_finder(), image_with_blob(), 1).any()


def test_grad_cam_takes_the_last_convolution_or_the_layer_it_is_told():
    model, image = classifier(), np.random.default_rng(0).random((12, 12))
    assert inspection.grad_cam(model, image).shape == (3, 3)
    assert inspection.grad_cam(model, image, 1, "first").shape == (10, 10)
    assert inspection.grad_cam(model, image, 1, "pool").shape == (5, 5)
    with pytest.raises(ValueError, match="without a place"):
        inspection.grad_cam(model, image, 1, "flat")
    dense = chain(layers.Flatten(name="flat"), layers.Dense(2, name="out"), name="dense")
    with pytest.raises(ValueError, match="'dense' has no convolution.*flat, out"):
        inspection.grad_cam(dense, image)


# --- are they right? ----------------------------------------------------------------------------


def test_what_is_blanked_is_what_was_ranked_first_and_not_black():
    model, image = blob_finder(), image_with_blob() * 0.9
    ranking = np.zeros((12, 12))
    ranking[2, 7], ranking[0, 0] = 1, 9
    blanked = image.copy()
    blanked[2, 7] = 0
    wanted = float(np.asarray(model(blanked[None, ..., None]))[0, 0])
    found = inspection.probability_without(model, image, ranking, 1)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    assert found < float(np.asarray(model(image[None, ..., None]))[0, 0])
    assert image[2, 7] != 0
    # Nothing is left of the blob: the two classes are equal.
    np.testing.assert_allclose(inspection.probability_without(model, image, ranking, 9), 0.5)
    with pytest.raises(ValueError, match="ranking has shape"):
        inspection.probability_without(model, image, ranking[1:], 1)


def test_likeness_is_the_correlation():
    first, second = np.random.default_rng(0).random((2, 4, 5))
    assert inspection.likeness(first, 3 * first + 1) == pytest.approx(1)
    wanted = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    assert inspection.likeness(first, second) == pytest.approx(wanted)
    assert inspection.likeness(first, np.zeros((4, 5))) == 0
    with pytest.raises(ValueError, match="second has shape"):
        inspection.likeness(first, second.T)


# --- exciting images ----------------------------------------------------------------------------


def sobel_model():
    model = chain(layers.Conv2D(2, 3, activation="relu", name="sobel"), shape=(7, 9, 1))
    kernels = np.stack([SOBEL_X, SOBEL_X.T], axis=-1)[:, :, None, :]
    model.set_weights([kernels, np.full(2, -50.0)])
    return model


def test_the_exciting_image_of_sobel_is_an_edge_of_its_direction():
    upright, lying = inspection.exciting_image(sobel_model(), "sobel", [0, 1])
    assert upright.shape == (7, 9)
    # The middle cell of the 5×7 map sees rows 2–4 and columns 3–5.
    patch = upright[2:5, 3:6]
    assert (patch[:, 2] > 0.5).all() and (patch[:, 0] < 0.1).all()
    patch = lying[2:5, 3:6]
    assert (patch[2] > 0.5).all() and (patch[0] < 0.1).all()


def test_what_the_middle_cell_does_not_see_stays_dark():
    image = inspection.exciting_image(sobel_model(), "sobel", 0)
    outside = np.ones((7, 9), bool)
    outside[2:5, 3:6] = False
    # Smoothing carries a little over the edge of the window.
    assert image[outside].max() < 0.5 * image[~outside].max()
    assert 0 <= image.min() and image.max() <= 1


def test_a_cropped_image_is_what_the_middle_cell_sees():
    whole = inspection.exciting_image(sobel_model(), "sobel", [0, 1], steps=5)
    cropped = inspection.exciting_image(sobel_model(), "sobel", [0, 1], steps=5, crop=True)
    np.testing.assert_array_equal(cropped, whole[:, 2:5, 3:6])


def test_exciting_images_repeat_with_their_seed_and_get_better_with_steps():
    model = classifier()
    one = inspection.exciting_image(model, "out", 3, steps=20, seed=1)
    np.testing.assert_array_equal(one, inspection.exciting_image(model, "out", 3, steps=20, seed=1))
    several = inspection.exciting_image(model, "out", [0, 3], steps=20, seed=1)
    np.testing.assert_allclose(several[1], one, atol=1e-5)
    faint = inspection.exciting_image(model, "out", 3, steps=1, seed=1)
    said = inspection.response_maps(model, np.stack([faint, one]), "out")[:, 3]
    assert said[1] > said[0]


def test_colour_models_get_colour_images():
    model = chain(layers.Conv2D(1, 3), shape=(None, None, 3))
    assert inspection.exciting_image(model, 0, 0, steps=2, size=(6, 8)).shape == (6, 8, 3)


def test_units_and_steps_that_cannot_be_are_refused():
    model = classifier()
    with pytest.raises(ValueError, match="unit is 4, but layer 'second' has 4: use 0 to 3"):
        inspection.exciting_image(model, "second", 4)
    with pytest.raises(ValueError, match="steps is 0"):
        inspection.exciting_image(model, "second", 0, steps=0)
    with pytest.raises(ValueError, match="unit is -1"):
        inspection.exciting_image(model, "second", [0, -1])


def test_a_dead_filter_is_named():
    model = chain(layers.Conv2D(2, 3), layers.ReLU(name="relu"))
    model.set_weights([np.zeros((3, 3, 1, 2)), np.full(2, -1.0)])
    with pytest.raises(ValueError, match="unit is 1 of layer 'relu'.*no gradient to climb"):
        inspection.exciting_image(model, "relu", 1, steps=2)


# --- strongest patches --------------------------------------------------------------------------


def test_strongest_patches_are_cut_out_where_the_filter_answered():
    images = np.random.default_rng(0).random((6, 7, 9))
    images[4, 2:5, 5:8] = [[0, 0, 9]] * 3
    model = sobel_model()
    model.set_weights([model.get_weights()[0], np.zeros(2)])
    found = inspection.strongest_patches(model, images, "sobel", 0, 3)
    assert found.images[0] == 4 and found.pictures.shape == (3, 3, 3)
    np.testing.assert_allclose(found.pictures[0], images[4, 2:5, 5:8])
    assert (np.diff(found.responses) <= 0).all()
    by_hand = (found.pictures * SOBEL_X).sum(axis=(1, 2))
    np.testing.assert_allclose(found.responses, by_hand, rtol=1e-4)


def test_patches_of_a_padded_layer_reach_over_the_edge():
    model = chain(layers.Conv2D(1, 3, padding="same"), shape=(5, 5, 1))
    model.set_weights([np.ones((3, 3, 1, 1)), np.zeros(1)])
    image = np.zeros((1, 5, 5))
    image[0, 0, 0] = 1
    picture = inspection.strongest_patches(model, image, 0, 0, 1).pictures[0]
    assert picture.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_patches_that_cannot_be_are_refused():
    model, images = classifier(), np.zeros((2, 12, 12))
    with pytest.raises(ValueError, match="count is 3 for 2 images"):
        inspection.strongest_patches(model, images, "first", 0, 3)
    with pytest.raises(ValueError, match="unit is 7, but layer 'first' has 3"):
        inspection.strongest_patches(model, images, "first", 7, 1)
    with pytest.raises(ValueError, match="name a convolution"):
        inspection.strongest_patches(model, images, "out", 0, 1)


def test_without_softmax_gives_the_logits_and_leaves_the_model_as_it_is():
    model = classifier()
    images = np.random.default_rng(0).random((3, 12, 12, 1)).astype("float32")
    before = model(images).numpy()
    copy = inspection.without_softmax(model)
    scores = copy(images).numpy()
    np.testing.assert_allclose(keras.ops.softmax(scores), before, atol=1e-6)
    assert not np.allclose(scores.sum(axis=1), 1)
    copy.set_weights([0 * one for one in copy.get_weights()])
    np.testing.assert_array_equal(model(images).numpy(), before)


def test_a_model_without_a_last_activation_has_no_logits():
    with pytest.raises(ValueError, match="without an activation"):
        inspection.without_softmax(chain(layers.Flatten(name="flat")))
