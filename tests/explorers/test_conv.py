"""The explorers' arithmetic in JavaScript against the course's in NumPy."""

import numpy as np
import pytest
from node import run

from course_utils.convolution import conv2d, convolve2d, correlate2d, output_size, pad
from course_utils.pooling import MODES, distance_weights, pool2d

STATES = 1200


def said_by_python(error: ValueError) -> str:
    """What Python says, without the question about PyTorch's order: here channels are last."""
    return str(error).split(", or are ")[0]


def random_state(rng: np.random.Generator) -> dict:
    several = rng.random() < 0.5
    cin, cout = rng.integers(1, 4, 2) if several else (1, 1)
    h, w, kh, kw = (*rng.integers(1, 11, 2), *rng.integers(1, 5, 2))
    padding = ["valid", "same", "full", int(rng.integers(0, 4))][rng.integers(4)]
    return {
        "image": rng.integers(-9, 10, (h, w, cin)).tolist(),
        "filters": rng.integers(-3, 4, (kh, kw, cin, cout)).tolist(),
        "bias": rng.integers(-5, 6, cout).tolist() if several else None,
        "padding": padding,
        "stride": rng.integers(1, 4, 2).tolist(),
        "dilation": rng.integers(1, 4, 2).tolist(),
        "flip": bool(rng.random() < 0.5),
        "several": several,
    }


def in_python(state: dict) -> dict:
    image, filters = np.array(state["image"]), np.array(state["filters"])
    options = {"padding": state["padding"]}
    options |= {name: tuple(state[name]) for name in ("stride", "dilation")}
    try:
        if state["several"]:
            turned = filters[::-1, ::-1] if state["flip"] else filters
            out = conv2d(image[None], turned, np.array(state["bias"]), **options)[0]
        else:
            slide = convolve2d if state["flip"] else correlate2d
            out = slide(image[..., 0], filters[..., 0, 0], **options)[..., None]
    except ValueError as error:
        return {"error": said_by_python(error)}
    return {"shape": list(out.shape), "data": out.ravel().tolist()}


VOLUMES = """const volume = image =>
    all.volume(image.length, image[0].length, image[0][0].length, image.flat(2));
  const bank = f => all.bank(f.length, f[0].length, f[0][0].length, f[0][0][0].length, f.flat(3));
"""
CONVOLVE = (
    VOLUMES
    + """return given.map(state => {
  const {image, filters, bias, padding, stride, dilation, flip, several} = state;
  const [x, f] = [volume(image), bank(filters)];
  const names = several ? ['images', 'filters'] : ['image', 'kernel'];
  try {
    const y = (flip ? all.convolve : all.correlate)(x, f, {padding, stride, dilation, bias, names});
    return {shape: [y.h, y.w, y.c], data: [...y.data]};
  } catch (error) { return {error: error.message}; }
})"""
)


def test_convolution_agrees_with_the_course() -> None:
    rng = np.random.default_rng(0)
    states = [random_state(rng) for _ in range(STATES)]
    expected = [in_python(state) for state in states]
    assert sum("error" in one for one in expected) > 50
    assert sum("shape" in one for one in expected) > 800
    # −0 and 0 are one number in JSON that Python reads.
    assert run(CONVOLVE, states) == expected


def test_pooling_agrees_with_the_course() -> None:
    rng = np.random.default_rng(1)
    states, expected = [], []
    for at in range(600):
        h, w, c = (*rng.integers(1, 10, 2), rng.integers(1, 3))
        state = {
            "image": rng.normal(size=(h, w, c)).round(3).tolist(),
            "size": rng.integers(1, 5, 2).tolist(),
            "stride": None if rng.random() < 0.3 else rng.integers(1, 4, 2).tolist(),
            "padding": ["valid", "same", "full", int(rng.integers(0, 3))][rng.integers(4)],
            "mode": MODES[at % len(MODES)],
        }
        states.append(state)
        options = {"padding": state["padding"], "mode": state["mode"]}
        stride = None if state["stride"] is None else tuple(state["stride"])
        try:
            out = pool2d(
                np.array(state["image"])[None],
                tuple(state["size"]),
                stride=stride,
                **options,
            )[0]
            expected.append({"shape": list(out.shape), "data": out.ravel()})
        except ValueError as error:
            expected.append({"error": said_by_python(error)})
    found = run(
        VOLUMES
        + """return given.map(({image, size, ...options}) => {
          try {
            const y = all.pool(volume(image), size, options);
            return {shape: [y.h, y.w, y.c], data: [...y.data]};
          } catch (error) { return {error: error.message}; }
        })""",
        states,
    )
    assert sum("shape" in one for one in expected) > 300
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.get("error") == theirs.get("error")
        if "shape" in theirs:
            assert ours["shape"] == theirs["shape"]
            np.testing.assert_allclose(ours["data"], theirs["data"], rtol=1e-9, atol=1e-12)


def test_sizes_and_their_formula() -> None:
    rng = np.random.default_rng(2)
    states, expected = [], []
    for _ in range(400):
        n, k, stride, dilation = (int(one) for one in (rng.integers(1, 12), *rng.integers(1, 5, 3)))
        padding = ["valid", "same", "full", int(rng.integers(0, 4))][rng.integers(4)]
        states.append({"n": n, "k": k, "padding": padding, "stride": stride, "dilation": dilation})
        try:
            expected.append(output_size(n, k, padding=padding, stride=stride, dilation=dilation))
        except ValueError as error:
            expected.append(said_by_python(error))
    sizes, formulas = run(
        """const sizes = given.map(({n, k, ...options}) => {
          try { return all.outputSize(n, k, options); } catch (error) { return error.message; } });
        const formulas = given.filter((one, at) => typeof sizes[at] === 'number').map(one =>
          all.sizeFormula(all.planImage(
            [one.n, one.n], [one.k, one.k], one.padding, one.stride, one.dilation)[0]));
        return [sizes, formulas];""",
        states,
    )
    assert sizes == expected
    for formula in formulas:
        term, size = formula.split(" + 1 = ")
        term = term.replace("⌊", "").replace("⌋", "").replace("−", "-").replace("·", "*")
        assert eval(term.replace("/", "//")) + 1 == int(size)


@pytest.mark.parametrize(
    ("call", "python"),
    [
        ("all.planImage([5, 5], [3, 3], 'round', 1, 1)", lambda: pad([[0]], "round")),
        ("all.planImage([5, 5], [3, 3], -1, 1, 1)", lambda: pad([[0]], -1)),
        ("all.planImage([5, 5], [3, 3], 1.5, 1, 1)", lambda: pad([[0]], 1.5)),
        (
            "all.planImage([5, 5], [3, 3], 1, 0, 1)",
            lambda: correlate2d([[0]], [[1]], stride=0),
        ),
        (
            "all.planImage([5, 5], [3, 3], 1, 1, 0)",
            lambda: correlate2d([[0]], [[1]], dilation=0),
        ),
        (
            "all.pool(all.volume(2, 2, 1), 2, {mode: 'median'})",
            lambda: pool2d([[0]], 1, mode="median"),
        ),
        (
            "all.correlate(all.volume(2, 2, 3), all.bank(1, 1, 2, 1))",
            lambda: conv2d(np.zeros((1, 2, 2, 3)), np.zeros((1, 1, 2, 1))),
        ),
    ],
)
def test_bad_states_are_refused_in_the_words_of_python(call: str, python) -> None:
    with pytest.raises(ValueError) as refused:
        python()
    said = run(
        f"try {{ {call} }} catch (error) {{ return error.message; }} return 'nothing';",
        None,
    )
    assert said == said_by_python(refused.value)


def test_the_window_holds_what_the_sum_is_made_of() -> None:
    rng = np.random.default_rng(3)
    states = [state for state in (random_state(rng) for _ in range(200)) if not state["flip"]]
    totals = run(
        VOLUMES
        + """return given.map(({image, filters, padding, stride, dilation}) => {
          const [x, f] = [volume(image), bank(filters)];
          let plans;
          try { plans = all.planImage([x.h, x.w], [f.kh, f.kw], padding, stride, dilation); }
          catch { return null; }
          const y = all.correlate(x, f, {padding, stride, dilation});
          const sums = [...y.data.keys()].map(at => {
            const place = Math.floor(at / y.c);
            return all.windowAt(x, f, plans, Math.floor(place / y.w), place % y.w)
              .reduce((sum, cell) => sum + cell.value * cell.weights[at % y.c], 0); });
          const settings = plans.map(p => [p.before, p.stride, p.dilation, p.k, p.size]);
          return [sums, [...y.data], all.cellsRead(plans), settings];
        })""",
        states,
    )
    assert sum(one is not None for one in totals) > 50
    for state, one in zip(states, totals, strict=True):
        if one is None:
            continue
        sums, data, read, plans = one
        np.testing.assert_allclose(sums, data)
        h, w, _ = np.shape(state["image"])
        seen = [
            {i * s + m * d - before for i in range(size) for m in range(k)} & set(range(n))
            for n, (before, s, d, k, size) in zip((h, w), plans, strict=True)
        ]
        assert read == [[i in seen[0] and j in seen[1] for j in range(w)] for i in range(h)]


def test_ranks_and_weights_by_distance() -> None:
    rng = np.random.default_rng(4)
    kernels = [rng.integers(-2, 3, rng.integers(1, 8, 2)).tolist() for _ in range(200)]
    kernels += [
        np.outer(rng.integers(-3, 4, 5), rng.integers(-3, 4, 5)).tolist() for _ in range(50)
    ]
    kernels += [np.full((3, 3), 1 / 9).tolist(), np.zeros((3, 3)).tolist()]
    expected = [int(np.linalg.matrix_rank(np.array(kernel))) for kernel in kernels]
    assert run("return given.map(all.rank)", kernels) == expected
    weights = run("return all.distanceWeights(3, 4)", None)
    np.testing.assert_allclose(weights, distance_weights((3, 4)).ravel())


def test_dense_and_softmax() -> None:
    rng = np.random.default_rng(5)
    x, weights, bias = rng.normal(size=7), rng.normal(size=(7, 4)), rng.normal(size=4)
    logits, chances = run(
        "const y = all.dense(given.x, given.w.flat(), given.b); return [[...y], all.softmax(y)]",
        {"x": x.tolist(), "w": weights.tolist(), "b": bias.tolist()},
    )
    np.testing.assert_allclose(logits, x @ weights + bias)
    powers = np.exp(x @ weights + bias)
    np.testing.assert_allclose(chances, powers / powers.sum())
