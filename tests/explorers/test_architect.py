"""The architect against Keras, and its JavaScript against its Python."""

import json
import math

import numpy as np
import pytest
from node import run

from course_utils.connectivity import layer_costs
from course_utils.convolution import conv2d
from course_utils.explorers import Architect
from course_utils.explorers.architect.stacks import complete, keras_code, report
from course_utils.networks import receptive_field

STACKS = 480


def random_stack(rng: np.random.Generator) -> dict:
    def pick(values):
        return values[rng.integers(len(values))]

    def layer(kind: str) -> dict:
        some = {"activation": pick(["none", "relu", "tanh", "sigmoid", "softmax"])}
        if kind == "depthwise":
            some |= {"size": int(rng.integers(1, 6)), "multiplier": pick([1, 1, 2, 3])}
            some |= {"stride": pick([1, 1, 2]), "dilation": pick([1, 1, 2])}
            some |= {"padding": pick(["valid", "same"])}
        elif kind == "separable":
            some |= {"filters": int(rng.integers(1, 9)), "size": int(rng.integers(1, 6))}
            some |= {"stride": pick([1, 1, 2]), "dilation": pick([1, 1, 2])}
            some |= {"padding": pick(["valid", "same"]), "multiplier": pick([1, 1, 2])}
        elif kind == "conv":
            some |= {"groups": pick([1, 1, 1, 2, 3])}
            some |= {"filters": int(rng.integers(1, 9)), "size": int(rng.integers(1, 6))}
            some |= {"stride": pick([1, 1, 2, 3]), "dilation": pick([1, 1, 1, 2])}
            some |= {"padding": pick(["valid", "same"])}
        elif kind == "pool":
            some = {"mode": pick(["max", "average"]), "size": int(rng.integers(1, 4))}
            some |= {"stride": int(rng.integers(1, 4)), "padding": pick(["valid", "same"])}
        elif kind == "global":
            some = {"mode": pick(["max", "average"])}
        elif kind == "flatten":
            some = {}
        else:
            some |= {"units": int(rng.integers(1, 12))}
        return {"kind": kind, **some}

    kinds = [
        pick(["conv", "conv", "depthwise", "separable", "pool"]) for _ in range(rng.integers(1, 5))
    ]
    kinds += [pick(["flatten", "global"])] if rng.random() < 0.9 else []
    kinds += ["dense"] * int(rng.integers(0, 3))
    shape = [*rng.integers(8, 28, 2).tolist(), int(rng.integers(1, 4))]
    return {"shape": shape, "layers": [layer(kind) for kind in kinds]}


@pytest.fixture(scope="module")
def stacks() -> list[dict]:
    rng = np.random.default_rng(0)
    return [random_stack(rng) for _ in range(STACKS)]


def test_javascript_says_the_same_as_python(stacks: list[dict]) -> None:
    expected = []
    for one in stacks:
        rows, error = report(one["shape"], one["layers"])
        found = [row._asdict() | {"shape": list(row.shape)} for row in rows]
        expected.append([found, error, keras_code(one["shape"], one["layers"])])
    found = run(
        """return given.map(({shape, layers}) => {
          const {rows, error} = all.report(shape, layers);
          return [rows, error, all.kerasCode(shape, layers)]; })""",
        stacks,
        file="architect/stacks.js",
    )
    assert found == expected
    assert sum(bool(error) for _, error, _ in expected) > 30


def test_keras_agrees(stacks: list[dict]) -> None:
    pytest.importorskip("keras")
    compared = refused = 0
    kinds: set[str] = set()
    for one in stacks:
        rows, error = report(one["shape"], one["layers"])
        code = keras_code(one["shape"], one["layers"])
        if error:
            if "a dense layer needs a vector" in error:
                continue  # Keras would apply it to each position
            with pytest.raises(ValueError):
                exec(code.replace("model.summary()", ""), {})
            refused += 1
            continue
        names: dict = {}
        exec(code.replace("model.summary()", ""), names)
        for row, layer in zip(rows, names["model"].layers, strict=True):
            assert layer.output.shape[1:] == row.shape
            assert layer.count_params() == row.parameters
            assert row.multiplications == products(layer)
            kinds.add(type(layer).__name__)
        windows = receptive_field(names["model"].layers)
        assert [row.field for row in rows if row.field] == windows
        compared += 1
    assert compared >= 250 and refused > 10
    assert {"Conv2D", "DepthwiseConv2D", "SeparableConv2D"} < kinds


def products(layer: object) -> int:
    """Count by the weights that Keras made: each meets every place of the output once."""
    places = math.prod(layer.output.shape[1:-1])
    return places * sum(math.prod(w.shape) for w in layer.weights if w.name != "bias")


def test_multiplications_are_the_courses() -> None:
    rows = Architect().report
    assert rows[0].multiplications == layer_costs("shared", (28, 28, 1), 10, 5).multiplications
    assert rows[2].multiplications == layer_costs("shared", (12, 12, 10), 20, 5).multiplications
    assert [row.multiplications for row in rows[5:]] == [32_000, 1_000]


def test_the_lectures_network() -> None:
    architect = Architect()
    shapes = [row.shape for row in architect.report]
    assert shapes == [(24, 24, 10), (12, 12, 10), (8, 8, 20), (4, 4, 20), (320,), (100,), (10,)]
    assert [row.field for row in architect.report] == [5, 6, 14, 16, None, None, None]
    assert architect.parameters == 38_390 and architect.error == ""


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [{"kind": "conv", "size": 30}],
            "layer 1, conv: kernel 30×30 is larger than the input 28×28: "
            "pad the input by at least 1 or use a smaller kernel",
        ),
        (
            [{"kind": "pool", "size": 40}],
            "layer 1, pool: window 40×40 is larger than the image 28×28: "
            "pad the image by at least 6 or use a smaller window",
        ),
        (
            [{"kind": "dense"}],
            "layer 1, dense: a dense layer needs a vector, but gets 28×28×1: "
            "put flatten or global pooling before it",
        ),
        (
            [{"kind": "flatten"}, {"kind": "conv"}],
            "layer 2, conv: it needs height, width and channels, but gets 784 numbers: "
            "put it before flatten, global pooling and dense layers",
        ),
        (
            [{"kind": "conv", "filters": 6}, {"kind": "conv", "groups": 4}],
            "layer 2, conv: groups is 4, but images has 6 channels: use a divisor of 6",
        ),
        (
            [{"kind": "conv", "filters": 6}, {"kind": "conv", "filters": 4, "groups": 3}],
            "layer 2, conv: groups is 3, but filters has 4: use a divisor of 4",
        ),
        (
            [{"kind": "depthwise", "size": 29}],
            "layer 1, depthwise: kernel 29×29 is larger than the input 28×28: "
            "pad the input by at least 1 or use a smaller kernel",
        ),
        (
            [{"kind": "depthwise", "multiplier": 64}, {"kind": "separable", "multiplier": 65}],
            "layer 2, separable: multiplier is 65, which makes 4160 maps of 64 channels: "
            "use at most 64",
        ),
        (
            [{"kind": "flatten"}, {"kind": "depthwise"}],
            "layer 2, depthwise: it needs height, width and channels, but gets 784 numbers: "
            "put it before flatten, global pooling and dense layers",
        ),
        (
            [{"kind": "conv", "stride": 2, "dilation": 2}],
            "layer 1, conv: `strides > 1` not supported in conjunction with `dilation_rate > 1`: "
            "set the stride 2 or the dilation 2 to 1",
        ),
    ],
)
def test_what_cannot_be_stacked_is_explained(layers: list[dict], message: str) -> None:
    architect = Architect(layers)
    assert architect.error == message
    assert message in architect.alternative_text
    assert architect.picture().startswith(b"\x89PNG")


@pytest.mark.parametrize(("channels", "filters", "groups"), [(6, 8, 4), (6, 8, 3), (4, 6, 4)])
def test_groups_are_explained_in_the_words_of_conv2d(
    channels: int, filters: int, groups: int
) -> None:
    with pytest.raises(ValueError) as refused:
        conv2d(np.zeros((1, 5, 5, channels)), np.zeros((3, 3, 1, filters)), groups=groups)
    layer = {"kind": "conv", "filters": filters, "groups": groups}
    assert Architect([layer], (5, 5, channels)).error == f"layer 1, conv: {refused.value}"


def test_where_and_what_apart() -> None:
    whole, where, what, both = Architect(
        [
            {"kind": "conv", "filters": 64, "padding": "same"},
            {"kind": "depthwise", "padding": "same"},
            {"kind": "conv", "filters": 64, "size": 1},
            {"kind": "separable", "filters": 64, "padding": "same"},
        ],
        (28, 28, 64),
    ).report
    # A. Howard et al., "MobileNets" (2017), section 3.1: a share of 1/filters + 1/k² is left.
    assert whole.multiplications == 28_901_376
    assert where.multiplications + what.multiplications == both.multiplications == 3_662_848
    assert both.multiplications / whole.multiplications == pytest.approx(1 / 64 + 1 / 9)
    assert (where.parameters, what.parameters) == (9 * 64 + 64, 64 * 64 + 64)
    assert both.parameters == 9 * 64 + 64 * 64 + 64
    assert [row.field for row in (whole, where, what, both)] == [3, 5, 5, 7]


def test_as_many_groups_as_channels_are_a_depthwise_layer() -> None:
    grouped = {"kind": "conv", "filters": 12, "groups": 6}
    depthwise = {"kind": "depthwise", "multiplier": 2}
    assert Architect([grouped], (9, 9, 6)).report == Architect([depthwise], (9, 9, 6)).report


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layers": [{"kind": "convolution"}]}, "kind is 'convolution': use one of"),
        ({"layers": [{"kind": "conv", "units": 3}]}, "conv has no 'units': it takes filters"),
        ({"layers": [{"kind": "depthwise", "filters": 3}]}, "depthwise has no 'filters': it takes"),
        ({"layers": [{"kind": "conv", "groups": 0}]}, "groups is 0: use a whole number"),
        ({"layers": [{"kind": "pool", "size": 0}]}, "size is 0: use a whole number"),
        ({"layers": [{"kind": "pool", "mode": "sum"}]}, "mode is 'sum': use one of"),
        ({"layers": [{"kind": "flatten"}] * 17}, "layers has 17 entries: use at most 16"),
        ({"input_shape": (28, 28)}, r"input_shape is \(28, 28\): give \(height"),
    ],
)
def test_what_is_no_layer_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Architect(**arguments)


def test_settings_and_defaults_are_the_same_in_both_languages() -> None:
    from course_utils.explorers.architect import stacks

    javascript = run("return [all.DEFAULTS, all.CHOICES]", None, file="architect/stacks.js")
    assert javascript == json.loads(json.dumps([stacks.DEFAULTS, stacks._CHOICES]))
    assert complete({"kind": "pool"}) == {"kind": "pool", **stacks.DEFAULTS["pool"]}


def test_answers_stay_hidden_until_they_are_asked_for() -> None:
    hidden = Architect(ask=True)
    assert "38,390" not in hidden.alternative_text and "24×24" not in hidden.alternative_text


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("layers", ["conv"], "layers holds 'conv': give a dict for each, such as"),
        ("layers", 5, "layers is 5: give a list of dicts"),
        ("layers", [{"kind": ["conv"]}], "kind is \\['conv'\\]: use one of"),
        ("layers", [{"kind": "conv", "filters": 5000}], "filters is 5000: .* of at most 4096"),
        ("layers", [{"kind": "dense", "units": None}], "units is None: .* of at least 1"),
        ("input_shape", 28, "input_shape is 28: give \\(height, width, channels\\)"),
        ("input_shape", "abc", "input_shape is 'abc'"),
        ("input_shape", (28, 28, 10**9), "input_shape is 1000000000: .* of at most 4096"),
    ],
)
def test_what_is_no_stack_is_told_when_it_is_set(name: str, value: object, message: str) -> None:
    architect = Architect()
    before = architect.state()
    with pytest.raises(ValueError, match=message):
        setattr(architect, name, value)
    assert architect.state() == before


def test_large_images_cost_no_memory() -> None:
    architect = Architect([{"kind": "pool", "size": 64, "stride": 1}], (4096, 4096, 4096))
    assert architect.report[0].shape == (4033, 4033, 4096)


@pytest.mark.parametrize("value", [None, 0, 1.5, 4096, 4097])
def test_sizes_are_told_in_pythons_words(value: object) -> None:
    from course_utils.explorers.architect.stacks import as_size

    try:
        expected = str(as_size("units", value))
    except ValueError as error:
        expected = str(error)
    source = (
        "try { return String(all.asSize('units', given)) } catch (error) { return error.message }"
    )
    assert run(source, value, file="architect/stacks.js") == expected
