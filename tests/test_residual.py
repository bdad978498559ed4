"""Plain and residual networks of any depth."""

import numpy as np
import pytest

from course_utils.networks import build_model, build_plain, build_resnet, count_parameters

BOTH = pytest.mark.parametrize("build", [build_plain, build_resnet])


@pytest.fixture(scope="module")
def keras():
    import course_utils.quiet_tensorflow  # noqa: F401

    import keras

    return keras


@pytest.fixture(scope="module")
def resnet():
    return build_resnet(8)


@pytest.fixture
def images():
    return np.random.default_rng(0).random((3, 28, 28, 1), dtype=np.float32)


@BOTH
@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_network_is_named_complete_and_not_compiled(build, batch_norm, images):
    model = build(8, batch_norm=batch_norm)
    assert not model.compiled and model.name == f"{build.__name__.removeprefix('build_')}_8"
    names = [layer.name for layer in model.layers]
    assert names == [layer.name for layer in build(8, batch_norm=batch_norm).layers]
    assert any("norm" in name for name in names) == batch_norm
    assert np.asarray(model(images)).sum(axis=1) == pytest.approx(1, abs=1e-5)


@BOTH
@pytest.mark.parametrize("depth", [8, 14, 20])
def test_depth_counts_the_layers_with_weights_but_not_the_projections(build, depth):
    layers = [layer for layer in build(depth, batch_norm=False).layers if layer.weights]
    assert sum("projection" not in layer.name for layer in layers) == depth
    assert sum("projection" in layer.name for layer in layers) == 2 * (build is build_resnet)


def test_maps_halve_and_filters_double_at_each_stage(resnet):
    shapes = [resnet.get_layer(f"block{k}_relu2").output.shape[1:] for k in (1, 2, 3)]
    assert shapes == [(14, 14, 8), (7, 7, 16), (4, 4, 32)]
    wider = build_resnet(14, filters=5)
    assert wider.get_layer("block6_relu2").output.shape[1:] == (4, 4, 20)


def test_only_the_shortcuts_tell_the_two_apart():
    plain, resnet = build_plain(14), build_resnet(14)
    names = {layer.name for layer in plain.layers}
    extra = {layer.name for layer in resnet.layers} - names
    assert names <= {layer.name for layer in resnet.layers}
    assert extra == {f"block{k}_add" for k in range(1, 7)} | {
        f"block{k}_projection{end}" for k in (3, 5) for end in ("", "_norm")
    }
    difference = resnet.count_params() - plain.count_params()
    assert difference == 8 * 16 + 16 * 32 + 4 * (16 + 32)


@pytest.mark.parametrize("start", ["glorot", "he"])
@pytest.mark.parametrize("batch_norm", [True, False])
def test_the_same_seed_gives_both_the_same_weights(keras, batch_norm, start):
    keras.utils.set_random_seed(3)
    plain = build_plain(14, batch_norm=batch_norm, start=start)
    keras.utils.set_random_seed(3)
    resnet = build_resnet(14, batch_norm=batch_norm, start=start)
    for layer in plain.layers:
        for one, other in zip(layer.get_weights(), resnet.get_layer(layer.name).get_weights()):
            np.testing.assert_array_equal(one, other)


@BOTH
@pytest.mark.parametrize("batch_norm", [True, False])
def test_convolutions_start_with_the_variance_asked_for(keras, build, batch_norm):
    keras.utils.set_random_seed(3)
    usual = build(8, filters=16, batch_norm=batch_norm)
    for start in ("glorot", "he"):
        keras.utils.set_random_seed(3)
        model = build(8, filters=16, batch_norm=batch_norm, start=start)
        for layer in model.layers:
            if "conv" in layer.name or ("projection" in layer.name and "norm" not in layer.name):
                height, width, ins, outs = layer.kernel.shape
                fan = height * width * (ins if start == "he" else (ins + outs) / 2)
                wanted = (2 if start == "he" else 1) / fan
                assert np.var(layer.kernel) == pytest.approx(wanted, rel=0.35), layer.name
            if start == "glorot":
                for one, other in zip(
                    layer.get_weights(), usual.get_layer(layer.name).get_weights()
                ):
                    np.testing.assert_array_equal(one, other)


@BOTH
@pytest.mark.parametrize("start", ["xavier", None])
def test_another_start_is_refused(build, start):
    with pytest.raises(ValueError, match=f'start is {start!r}: use "glorot" or "he"'):
        build(8, start=start)


def test_a_block_adds_its_input_before_the_last_relu(keras, resnet, images):
    names = [
        "pool1",
        "block1_norm2",
        "block1_relu2",
        "block2_projection_norm",
        "block2_norm2",
        "block2_relu2",
    ]
    look = keras.Model(resnet.input, [resnet.get_layer(name).output for name in names])
    x, branch, y, projected, branch2, y2 = (np.asarray(maps) for maps in look(images))
    np.testing.assert_allclose(y, np.maximum(x + branch, 0), atol=1e-6)
    np.testing.assert_allclose(y2, np.maximum(projected + branch2, 0), atol=1e-6)


def test_the_parameters_of_twenty_layers():
    assert count_parameters(build_plain(20, batch_norm=False)).total == 67_562
    assert count_parameters(build_resnet(20, batch_norm=False)).total == 67_562 + 144 + 544


@BOTH
@pytest.mark.parametrize(
    ("depth", "remedy"), [(2, "at least 8"), (7, "at least 8"), (18, "14 or 20"), (21, "20 or 26")]
)
def test_a_depth_between_is_refused_with_its_neighbours(build, depth, remedy):
    with pytest.raises(ValueError, match=f"depth is {depth}, .*use {remedy}"):
        build(depth)


@BOTH
def test_numbers_must_be_positive_integers(build):
    with pytest.raises(ValueError, match="depth is 20.5"):
        build(20.5)
    with pytest.raises(ValueError, match="filters is 0"):
        build(8, filters=0)


def test_whoever_asks_build_model_for_a_resnet_learns_where_it_is():
    with pytest.raises(ValueError, match="build_plain and build_resnet"):
        build_model("resnet")
