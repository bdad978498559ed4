"""Exercises of notebook 21, beyond 3×3."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(21)


# 21.1


def separable_parameters(k, channels_in, channels_out, multiplier):
    between = channels_in * multiplier
    depthwise = k * k * between
    pointwise = (between + 1) * channels_out
    return depthwise + pointwise


# 21.2


def mix_first_kernel(mix, depthwise):
    return depthwise[:, :, np.newaxis, :] * mix


# 21.3


def cutting_kernel(size, channels):
    count = size * size * channels
    return np.eye(count).reshape(size, size, channels, count)


# 21.4


def local_attention(queries, keys, values, places, reach):
    similarity = queries @ keys.T / np.sqrt(keys.shape[1])
    apart = np.abs(places[:, np.newaxis] - places).max(axis=-1)
    similarity = np.where(apart <= reach, similarity, -np.inf)
    powers = np.exp(similarity - similarity.max(axis=1, keepdims=True))
    weights = powers / powers.sum(axis=1, keepdims=True)
    return weights @ values


# 21.5


def multi_head_attention(patches, w_query, w_key, w_value, w_out):
    total = 0
    for head in range(w_query.shape[1]):
        queries = patches @ w_query[:, head]
        keys = patches @ w_key[:, head]
        values = patches @ w_value[:, head]
        similarity = queries @ keys.T / np.sqrt(keys.shape[1])
        powers = np.exp(similarity - similarity.max(axis=1, keepdims=True))
        weights = powers / powers.sum(axis=1, keepdims=True)
        total = total + weights @ values @ w_out[head]
    return total


def _softmax(scores, axis=1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _similar(queries, keys):
    return queries @ keys.T / np.sqrt(keys.shape[1])


def _apart(places):
    return np.abs(places[:, np.newaxis] - places).max(axis=-1)


def _near_only(scores, near):
    return _softmax(np.where(near, scores, -np.inf))


def _heads(patches, w_query, w_key, w_value, w_out, *, scale=None):
    """Each head's answer, sent through its part of `w_out`."""
    heads, d = w_query.shape[1:]
    scale = np.sqrt(d) if scale is None else scale
    return [
        _softmax((patches @ w_query[:, h]) @ (patches @ w_key[:, h]).T / scale)
        @ (patches @ w_value[:, h])
        @ w_out[h]
        for h in range(heads)
    ]


def _one_softmax(patches, w_query, w_key, w_value, w_out):
    """A wrong answer: the heads' similarities are added up, so that all heads look alike."""
    scores = sum(
        _similar(patches @ w_query[:, h], patches @ w_key[:, h]) for h in range(w_query.shape[1])
    )
    weights = _softmax(scores)
    return sum(weights @ (patches @ w_value[:, h]) @ w_out[h] for h in range(len(w_out)))


def _attention_case(rows, columns, d, out, reach):
    places = np.array([(row, column) for row in range(rows) for column in range(columns)])
    count = rows * columns
    return (
        _random.normal(size=(count, d)),
        _random.normal(size=(count, d)),
        _random.normal(size=(count, out)),
        places,
        reach,
    )


def _heads_case(count, width, heads, d):
    shapes = ((count, width), *[(width, heads, d)] * 3, (heads, d, width))
    return tuple(_random.normal(size=shape) for shape in shapes)


EXERCISES = (
    FunctionExercise(
        number="21.1",
        title="Count a separable layer that makes several maps of each channel",
        solution=separable_parameters,
        fresh=lambda rng: tuple(int(each) for each in rng.integers(1, (9, 50, 90, 5))),
        cases=[(3, 8, 16, 1), (3, 8, 16, 2), (5, 3, 12, 4), (7, 32, 32, 1), (1, 5, 2, 3)],
        lesson="the depthwise part costs k² for each map that it makes, and the 1×1 part mixes all "
        "of those, with one bias per filter.",
        why="The multiplier enters both parts: what one makes, the other takes in.",
        hints=[
            "Count the maps between the two parts first: how many does each channel make?",
            "Each of these maps has one k×k pattern, and no bias.",
            "The 1×1 part is notebook 06's formula with a 1×1 kernel: (1·1·maps in + 1) · maps out.",
        ],
        mistakes=[
            Mistake(
                lambda k, a, b, m: k * k * a + (a + 1) * b,
                "you left the multiplier out. Each channel makes `multiplier` maps, each with a "
                "pattern of its own.",
            ),
            Mistake(
                lambda k, a, b, m: k * k * a * m + (a + 1) * b,
                "your 1×1 part takes in `channels_in` maps. The depthwise part before it makes "
                "`channels_in · multiplier`.",
            ),
            Mistake(
                lambda k, a, b, m: k * k * a + (a * m + 1) * b,
                "your depthwise part has one pattern per channel. It has `multiplier` of them.",
            ),
            Mistake(
                lambda k, a, b, m: k * k * a * m + a * m * b,
                "the biases are missing: one per filter of the 1×1 part.",
            ),
            Mistake(
                lambda k, a, b, m: (k * k + 1) * a * m + (a * m + 1) * b,
                "you gave the depthwise part biases as well. Here only the 1×1 part has them.",
            ),
            Mistake(
                lambda k, a, b, m: k * a * m + (a * m + 1) * b,
                "a k×k pattern has k·k weights, not k.",
            ),
            Mistake(
                lambda k, a, b, m: (k * k * a + 1) * b,
                "this is the ordinary convolution. In a separable one each pattern sees one "
                "channel, and a 1×1 part mixes what comes out.",
            ),
        ],
    ),
    FunctionExercise(
        number="21.2",
        title="Write the one kernel of a layer that mixes first",
        solution=mix_first_kernel,
        cases=[
            (
                np.array([[1.0, 2.0, 0.5], [3.0, -1.0, 4.0]]),
                np.array([[[1.0, 10.0, -1.0], [2.0, 5.0, 3.0]]]),
            ),
            (_random.normal(size=(3, 5)), _random.normal(size=(3, 3, 5))),
            (_random.normal(size=(4, 2)), _random.normal(size=(5, 5, 2))),
            (_random.normal(size=(3, 3)), _random.normal(size=(3, 3, 3))),
        ],
        also_right=[
            lambda mix, depthwise: np.einsum("co,ijo->ijco", mix, depthwise),
        ],
        lesson="in either order the pair is one ordinary convolution whose kernel is a product; "
        "mixed first, each filter has a single pattern for all its channels.",
        why="The depthwise part now works on the mixed maps, so its last axis is that of the "
        "filters.",
        hints=[
            "The wanted shape is (k, k, channels in, filters). Which axes does `depthwise` have, "
            "and which does `mix`?",
            "Map o is mixed with the weights mix[c, o], and then pattern o slides over it: weight "
            "(i, j, c, o) is the product of one number of each.",
            "np.newaxis puts an axis of length 1 where `depthwise` has no channels in.",
        ],
        mistakes=[
            Mistake(
                lambda mix, depthwise: depthwise[..., np.newaxis] * mix,
                "this is the kernel of the page, which mixes last. Here the depthwise patterns "
                "belong to the filters, the last axis.",
            ),
            Mistake(
                lambda mix, depthwise: depthwise @ mix.T,
                "a matrix product adds the filters up. Each filter keeps its own weights: multiply "
                "number by number.",
            ),
            Mistake(
                lambda mix, depthwise: depthwise[:, :, :, np.newaxis] * mix.T,
                "your last two axes are exchanged: Keras and the course have (k, k, channels in, "
                "filters).",
            ),
            Mistake(
                lambda mix, depthwise: depthwise[:, :, np.newaxis, :] + mix,
                "you added the two. One step after the other multiplies their weights.",
            ),
        ],
    ),
    FunctionExercise(
        number="21.3",
        title="Cut patches with a convolution",
        solution=cutting_kernel,
        fresh=lambda rng: tuple(int(each) for each in rng.integers(1, (7, 5))),
        cases=[(2, 1), (2, 3), (3, 2), (1, 4)],
        lesson="cutting is a convolution too, one filter for each cell of a patch; any layer on "
        "patches is this one, followed by a matrix.",
        why="A filter with a single 1 copies one cell, and np.eye holds all such filters.",
        hints=[
            "How many numbers does a patch of size×size cells and `channels` channels have? Each "
            "needs a filter that copies it.",
            "A filter that copies one cell is 1 there and 0 elsewhere. All of them side by side "
            "are an identity matrix.",
            "np.eye(count) has one column for each filter. Its rows are the cells in the order of "
            "reshape(-1): turn that one axis back into three.",
        ],
        mistakes=[
            Mistake(
                lambda size, channels: np.ones((size, size, channels, size * size * channels)),
                "your filters are all ones: each adds the whole patch up. A filter shall copy a "
                "single cell.",
            ),
            Mistake(
                lambda size, channels: np.eye(size * size).reshape(size, size, 1, size * size),
                "you left the channels out. Each cell has `channels` numbers, and each of them "
                "needs a filter.",
            ),
            Mistake(
                lambda size, channels: np.eye(size * size * channels).reshape(
                    -1, size, size, channels
                ),
                "the filters are the last axis of a kernel, not the first.",
            ),
            Mistake(
                lambda size, channels: (
                    np.eye(size * size * channels)
                    .reshape(channels, size, size, -1)
                    .transpose(1, 2, 0, 3)
                ),
                "your patches come out channel by channel. patch.reshape(-1) has the channels of "
                "one cell next to each other: they are the last of the three axes.",
            ),
            Mistake(
                lambda size, channels: (
                    np.eye(size * size * channels)
                    .reshape(size, size, channels, -1)
                    .transpose(1, 0, 2, 3)
                ),
                "rows and columns are exchanged: (size, size, …) has the rows first.",
            ),
        ],
    ),
    FunctionExercise(
        number="21.4",
        title="Give attention a neighbourhood",
        solution=local_attention,
        cases=[
            _attention_case(1, 3, 2, 1, 1),
            _attention_case(3, 3, 4, 2, 1),
            _attention_case(4, 4, 5, 3, 2),
            _attention_case(2, 5, 3, 4, 0),
        ],
        lesson="a similarity of −∞ becomes a weight of 0, and softmax shares the rest out; with "
        "that one line attention believes in neighbourhoods again.",
        why="The mask comes before softmax: the weights that are left still add up to 1.",
        hints=[
            "Compute the similarities as on the page, queries @ keys.T / √d, one row per query.",
            "places[:, np.newaxis] − places has the differences of rows and of columns for every "
            "pair of patches. Which of the two counts?",
            "Where a pair is too far apart, put −np.inf in place of its similarity. What does "
            "softmax make of that?",
        ],
        mistakes=[
            Mistake(
                lambda q, k, v, places, reach: _softmax(_similar(q, k)) @ v,
                "every patch still sees every other. Leave out those further away than `reach`.",
            ),
            Mistake(
                lambda q, k, v, places, reach: (
                    (_softmax(_similar(q, k)) * (_apart(places) <= reach)) @ v
                ),
                "you took the far weights away after softmax, so the rest no longer adds up to 1. "
                "Set their similarities to −np.inf before it.",
            ),
            Mistake(
                lambda q, k, v, places, reach: (
                    _softmax(np.where(_apart(places) <= reach, _similar(q, k), 0)) @ v
                ),
                "a similarity of 0 is not no weight: e⁰ is 1. It takes −np.inf.",
            ),
            Mistake(
                lambda q, k, v, places, reach: _near_only(q @ k.T, _apart(places) <= reach) @ v,
                "the division by √d is missing.",
            ),
            Mistake(
                lambda q, k, v, places, reach: (
                    _near_only(
                        _similar(q, k),
                        (_apart(places) < reach) | np.eye(len(places), dtype=bool),
                    )
                    @ v
                ),
                "patches exactly `reach` away belong to the neighbourhood: ≤, not <.",
            ),
            Mistake(
                lambda q, k, v, places, reach: (
                    _near_only(
                        _similar(q, k),
                        np.abs(places[:, np.newaxis] - places).sum(axis=-1) <= reach,
                    )
                    @ v
                ),
                "you added the differences of rows and columns. A window of a convolution is a "
                "square: the larger of the two counts.",
            ),
            Mistake(
                lambda q, k, v, places, reach: (
                    _softmax(np.where(_apart(places) <= reach, _similar(q, k), -np.inf), axis=0) @ v
                ),
                "your softmax runs down the columns. Each query, a row, shares out a weight of 1 "
                "among the keys.",
            ),
            Mistake(
                lambda q, k, v, places, reach: (
                    _near_only(_similar(k, q), _apart(places) <= reach) @ v
                ),
                "queries and keys are exchanged: queries @ keys.T has one row per query.",
            ),
        ],
    ),
    FunctionExercise(
        number="21.5",
        title="Attention with several heads",
        solution=multi_head_attention,
        cases=[
            _heads_case(3, 2, 1, 2),
            _heads_case(4, 6, 2, 3),
            _heads_case(5, 4, 3, 2),
            _heads_case(2, 3, 2, 5),
        ],
        also_right=[
            lambda patches, w_query, w_key, w_value, w_out: sum(
                _heads(patches, w_query, w_key, w_value, w_out)
            ),
        ],
        lesson="each head looks around for itself, with a softmax of its own, and what the heads "
        "bring back is mixed into one vector per patch.",
        why="One softmax can weight the patches in one way only; two heads can look for two things "
        "at once.",
        hints=[
            "w_query[:, head] is the matrix (width, d) of one head. Write the page's "
            "self_attention for it.",
            "The root is that of d, the length of one head's keys.",
            "A head's answer (patches, d) goes through its own w_out[head], (d, width). How do "
            "the heads' results become one array?",
        ],
        mistakes=[
            Mistake(
                lambda *given: _heads(*given)[0],
                "this is the first head alone. Add up what all of them bring back.",
            ),
            Mistake(
                lambda *given: sum(_heads(*given)) / given[1].shape[1],
                "you took the mean of the heads. They are added: how much each counts is up to its "
                "part of `w_out`.",
            ),
            Mistake(
                _one_softmax,
                "you added the similarities up before softmax, so all heads look at the same "
                "patches. Each head has a softmax of its own.",
            ),
            Mistake(
                lambda *given: sum(_heads(*given, scale=1.0)),
                "the division by √d is missing, d being the length of a head's keys.",
            ),
            Mistake(
                lambda *given: sum(_heads(*given, scale=np.sqrt(given[0].shape[1]))),
                "you divided by the root of the patches' width. It is the root of d, the length of "
                "a head's keys.",
            ),
            Mistake(
                lambda patches, w_query, w_key, w_value, w_out: sum(
                    _heads(patches, w_key, w_query, w_value, w_out)
                ),
                "queries and keys are exchanged: a row of similarities belongs to a query.",
            ),
            Mistake(
                lambda patches, w_query, w_key, w_value, w_out: np.stack(
                    _heads(patches, w_query, w_key, w_value, w_out)
                ),
                "you kept the heads apart. Their results are added, one vector for each patch.",
            ),
        ],
    ),
)
