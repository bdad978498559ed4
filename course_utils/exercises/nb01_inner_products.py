"""Exercises of notebook 01, inner products."""

import numpy as np

from course_utils.exercises.engine import FunctionExercise, Mistake

_random = np.random.default_rng(1)
_A, _B = np.array([1, 2, 3, 4]), np.array([5, 6, 7, 8])
_VECTORS = [
    (_A, _B),
    (_random.normal(size=6), _random.normal(size=6)),
    (np.ones(3), np.arange(3.0)),
    (np.array([2.5]), np.array([-3.0])),
]
_ARRAYS = [
    (_A, _B),
    (np.array([[1, 3], [2, 4]]), np.array([[5, 7], [6, 8]])),
    (_random.normal(size=(2, 3)), _random.normal(size=(2, 3))),
    (_random.normal(size=(3, 2, 4)), _random.normal(size=(3, 2, 4))),
]


# 01.1


def inner_product(a, b):
    total = 0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


# 01.2


def mixed_inner_product(A, B):
    aligned = np.moveaxis(B, 0, 2)
    return np.sum(A * aligned)


# 01.3


def cosine(A, B):
    return np.sum(A * B) / (np.linalg.norm(A) * np.linalg.norm(B))


def _cosine_of_squares(A, B):
    return np.sum(A * B) / np.sqrt(np.sum(A**2) * np.sum(B**2))


# 01.4


def nearest_template(image, templates):
    scores = [np.sum(image * m) - np.sum(m * m) / 2 for m in templates]
    return int(np.argmax(scores))


def _by_distance(image, templates):
    return int(np.argmin([np.sum((image - m) ** 2) for m in templates]))


def _scores(image, templates):
    return [np.sum(image * m) - np.sum(m * m) / 2 for m in templates]


def _by_absolute_differences(image, templates):
    return int(np.argmin([np.sum(np.abs(image - m)) for m in templates]))


def _by_largest_difference(image, templates):
    return int(np.argmin([np.max(np.abs(image - m)) for m in templates]))


def _by_cosine(image, templates):
    return int(np.argmax([np.sum(image * m) / np.linalg.norm(m) for m in templates]))


def _near_case(seed):
    """An image and templates of many lengths; the seeds make every other way to choose differ."""
    random = np.random.default_rng(seed)
    lengths = np.linspace(0.4, 1.6, 12)[:, None, None]
    templates = random.normal(size=(12, 3, 4)) * lengths
    return random.normal(size=(3, 4)) * 1.1, templates


_NEAR_CASES = [
    (np.eye(2), np.array([[[1, 0], [0, 1]], [[4, 0], [0, 4]], [[0, 2], [0, 0]]])),
    *(_near_case(seed) for seed in (331, 7, 39, 267, 84)),
]

EXERCISES = (
    FunctionExercise(
        number="01.1",
        title="The inner product of two vectors",
        solution=inner_product,
        cases=_VECTORS,
        also_right=[lambda a, b: float(np.sum(a * b))],
        lesson="an inner product is one number: multiply place by place, then add up.",
        why="Each turn of the loop adds one product; what is left at the end is their sum.",
        hints=[
            "Start with total = 0, and let the loop run over the places: range(len(a)).",
            "Each turn adds the product of one place. Where does the return stand, in the loop or "
            "below it?",
        ],
        mistakes=[
            Mistake(
                lambda a, b: a * b,
                "these are the products, not yet their sum. An inner product is one number: add "
                "the products up.",
            ),
            Mistake(
                lambda a, b: a[0] * b[0],
                "you returned after the first product: the return stands inside the loop. Move it "
                "out, below the loop.",
            ),
            Mistake(
                lambda a, b: np.sum(a) * np.sum(b),
                "you multiplied the two sums. Multiply first, place by place, then add up.",
            ),
            Mistake(
                lambda a, b: np.sum(a + b),
                "you added the numbers of each place. Multiply them instead: a[i] * b[i].",
            ),
            Mistake(
                lambda a, b: np.sum(a[:-1] * b[:-1]),
                "the last place is missing: the loop stops one too early. range(len(a)) reaches "
                "every place.",
            ),
        ],
    ),
    FunctionExercise(
        number="01.2",
        title="The inner product of two tensors whose axes are in different orders",
        solution=mixed_inner_product,
        cases=[
            (np.arange(6).reshape(1, 3, 2), np.array([[[1, 0, 2]], [[3, 1, 0]]])),
            (_random.normal(size=(2, 3, 4)), _random.normal(size=(4, 2, 3))),
            (_random.integers(-5, 6, (3, 3, 3)), _random.integers(-5, 6, (3, 3, 3))),
            (_random.normal(size=(4, 2, 3)), _random.normal(size=(3, 4, 2))),
        ],
        also_right=[
            lambda A, B: np.einsum("ijk,kij->", A, B),
            lambda A, B: A.ravel() @ B.transpose(1, 2, 0).ravel(),
            lambda A, B: sum(np.sum(A[:, :, k] * B[k]) for k in range(len(B))),
        ],
        lesson="any order of reading gives the same number, as long as both arrays are read in it. "
        "Images come with their channels last or first, and this is how the two meet.",
        why="np.moveaxis(B, 0, 2) takes axis 0 out and puts it in at place 2, which turns the order "
        "(k, i, j) into (i, j, k).",
        hints=[
            "What is the shape of B if A's is (2, 3, 4)? Give B the order of A first.",
            "np.moveaxis(B, from, to) moves one axis and leaves the others in their order. Which "
            "axis of B has to go, and where to?",
            "Once both have one shape, it is the inner product as always.",
        ],
        mistakes=[
            Mistake(
                lambda A, B: A.ravel() @ B.ravel(),
                "each array was read in its own order, so the wrong numbers meet; ravel and "
                "reshape move no axis. B[k, i, j] belongs to A[i, j, k]: move B's axis first.",
            ),
            Mistake(
                lambda A, B: np.sum(A * B),
                "the two shapes don't match, or match by chance: the axes of B stand in another "
                "order. Move its first axis to the end.",
            ),
            Mistake(
                lambda A, B: np.sum(A * B.T),
                "you turned all axes round: B.T makes (j, i, k) of (k, i, j). Only the first axis has to "
                "go to the end.",
            ),
            Mistake(
                lambda A, B: np.sum(A * np.moveaxis(B, 2, 0)),
                "you moved the last axis to the front, (k, i, j) into (j, k, i). It is the first "
                "that has to go to the end.",
            ),
            Mistake(
                lambda A, B: A * np.moveaxis(B, 0, 2),
                "these are the products, not yet their sum. Put np.sum(…) around them.",
            ),
            Mistake(
                lambda A, B: np.sum(A * np.moveaxis(B, 0, 2), axis=0),
                "you summed over one axis only. An inner product is one number: np.sum without an "
                "axis adds over all of them.",
            ),
        ],
    ),
    FunctionExercise(
        number="01.3",
        title="The cosine of two arrays",
        solution=cosine,
        cases=[*_ARRAYS, (np.array([1.0, 0.0]), np.array([-2.0, 0.0]))],
        also_right=[_cosine_of_squares],
        lesson="the cosine is the inner product with both lengths taken out, so that only the "
        "direction counts.",
        why="np.linalg.norm of an array of any shape is the root of the sum of its squares, the "
        "length of its vec.",
        hints=[
            "The length of an array is np.sqrt(np.sum(A ** 2)), or np.linalg.norm(A).",
            "Divide the inner product by the product of both lengths; mind the brackets.",
        ],
        mistakes=[
            Mistake(
                lambda A, B: np.sum(A * B) / np.linalg.norm(B),
                "you divided by the length of B only, so longer A still give larger numbers. "
                "Divide by both lengths.",
            ),
            Mistake(
                lambda A, B: np.sum(A * B) / np.linalg.norm(A),
                "you divided by the length of A only, so longer B still give larger numbers. "
                "Divide by both lengths.",
            ),
            Mistake(
                lambda A, B: np.sum(A * B) / np.linalg.norm(A) * np.linalg.norm(B),
                "a / b * c is (a / b) * c in Python: you multiplied by the second length. Put the "
                "product of both lengths in brackets.",
            ),
            Mistake(
                lambda A, B: np.sum(A * B) / (np.sum(A**2) * np.sum(B**2)),
                "you divided by the squared lengths. The length is the square root of the sum of "
                "squares.",
            ),
            Mistake(
                lambda A, B: np.sum(A * B),
                "this is the inner product itself, and it grows with the arrays. Divide by both "
                "lengths.",
            ),
            Mistake(
                lambda A, B: np.sum(A * B) / (A.size * B.size),
                "you divided by the numbers of elements. A vector's length here is its norm, "
                "np.linalg.norm(A).",
            ),
            Mistake(
                lambda A, B: abs(np.sum(A * B)) / (np.linalg.norm(A) * np.linalg.norm(B)),
                "the sign is lost. Arrays that point in opposite directions have a cosine of −1: "
                "leave the absolute value out.",
            ),
        ],
    ),
    FunctionExercise(
        number="01.4",
        title="The nearest template",
        solution=nearest_template,
        cases=_NEAR_CASES,
        also_right=[_by_distance],
        lesson="the nearest template is found by inner products and one number a template, which "
        "is what a dense layer computes: weights and a bias.",
        why="‖x‖² is the same for all templates, so the smallest distance belongs to the largest "
        "⟨x, m⟩ − ½‖m‖².",
        hints=[
            "Compute one score for each template: the inner product minus half the template's "
            "inner product with itself.",
            "np.argmax returns the place of the largest score.",
        ],
        mistakes=[
            Mistake(
                lambda image, templates: int(np.argmax([np.sum(image * m) for m in templates])),
                "these are plain inner products, and the longest template wins too often. "
                "Subtract np.sum(m * m) / 2 from each.",
            ),
            Mistake(
                lambda image, templates: int(np.argmin(_scores(image, templates))),
                "you took the farthest template. Near ones have large scores and small distances: "
                "np.argmax of the scores, or np.argmin of the distances.",
            ),
            Mistake(
                lambda image, templates: int(
                    np.argmax([np.sum(image * m) - np.sum(m * m) for m in templates])
                ),
                "you subtracted the whole of ‖m‖². The formula has one half of it.",
            ),
            Mistake(
                lambda image, templates: max(_scores(image, templates)),
                "this is the largest score itself. Return its place: np.argmax.",
            ),
            Mistake(
                lambda image, templates: templates[int(np.argmax(_scores(image, templates)))],
                "this is the nearest template itself. Return its number: np.argmax.",
            ),
            Mistake(
                lambda image, templates: int(np.argmax(_scores(image, templates))) + 1,
                "off by one: templates are counted from 0, as np.argmax does.",
            ),
            Mistake(
                _by_cosine,
                "you compared directions: the inner product divided by the template's length. The "
                "nearest template has to have the right length as well: subtract half of ‖m‖².",
            ),
            Mistake(
                _by_absolute_differences,
                "you added up the absolute differences. The distance of the formula is the root of "
                "the summed squares, and another template can be nearest by it.",
            ),
            Mistake(
                _by_largest_difference,
                "you compared the largest differences alone. The distance of the formula adds up "
                "the squares of all of them.",
            ),
        ],
    ),
)
