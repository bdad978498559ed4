"""Train the network that `course_utils.handwriting` reads with, and store it in the package.

    python data/build_reader.py --data-dir DIR       # the full MNIST; about half an hour, two cores
    python data/build_reader.py --sample --share 0.02 --epochs 1 --folder FOLDER   # to try it out

It makes its examples once, by `course_utils.handwriting.practice`: MNIST's training digits bent and
written with other pens, digits and letters drawn in the styles of `course_utils.handwriting.styles`
or set in Matplotlib's fonts, scribbles, neighbours grown together, halves. Everything passes through
the last steps of `like_mnist`. The network has eleven outputs: the digits, and "none of these". The
last twelfth of the training digits, 5,000, is set aside: on them the two thresholds are chosen, never on the test
digits. Batch normalisation is folded into the convolutions, and the numbers are stored as float16.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from scipy import ndimage

from course_utils.datasets import load_mnist
from course_utils.handwriting import practice, styles

CLASSES, NONE = 11, practice.NONE
SET_ASIDE = 12  # one training digit of so many
SEED = 14
HELD_OUT = 5_400  # examples made of the digits set aside
EXAMPLES, BATCH, EPOCHS, RATE = 108_000, 128, 15, 0.004
FOLDER = Path(__file__).resolve().parent.parent / "course_utils" / "handwriting"

# Characters that no one could tell from a digit, in one font or another, are left out.
LETTERS = (  # of three alphabets
    "ACDEFGHJKLMNPQRTUVWXYZSBacdefhijkmnprtuvwxyzs"
    "ΓΔΘΛΞΠΣΦΨΩαβγδεζηθκλμνξπρτυφχψω"
    "БГДЖИЙЛПФЦЧШЩЪЫЬЭЮЯбвгджийклмнптфцчшщъыьэюя"
)
SIGNS = "+=?#%&@*<>{}~^√∑≠≤≥→←↑↓♥★▲■●☺♪♫€£¥§¿"
RARE = "SZBszGΣ"  # near to digits: a third as often

Example = tuple[np.ndarray, int]


def fonts() -> list[str]:
    """Return the font files that Matplotlib carries and that have plain letters."""
    import matplotlib

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    names = ("DejaVuSans", "DejaVuSerif", "STIXGeneral", "cmr10", "cmmi10", "cmtt10", "cmss10")
    return sorted(
        str(path)
        for path in folder.glob("*.ttf")
        if path.stem.startswith(names) and "Display" not in path.stem
    )


def printed(character: str, font: str) -> np.ndarray | None:
    """Return a character as ink on `practice.FIELD`², or None if the font lacks it."""
    from PIL import Image, ImageDraw, ImageFont

    side = practice.FIELD
    image = Image.new("L", (side, side))
    letters = ImageFont.truetype(font, 60)
    ImageDraw.Draw(image).text((side / 2, side / 2), character, 255, letters, anchor="mm")
    ink = np.asarray(image) / 255
    if ink.max() < 0.5:
        return None
    missing = Image.new("L", (side, side))
    ImageDraw.Draw(missing).text((side / 2, side / 2), "\uffff", 255, letters, anchor="mm")
    return None if np.array_equal(ink, np.asarray(missing) / 255) else ink


def mnist_digit(
    images: np.ndarray, labels: np.ndarray, random: np.random.Generator, *, plain: float = 0.25
) -> Example | None:
    """Draw one of the digits, bent and written with another pen, or as it is."""
    k = int(random.integers(len(images)))
    ink, label = images[k] / 255, int(labels[k])
    if random.random() < plain:
        return practice.finished(ink), label
    ink = practice.bent(ink, random)
    if label in (0, 1, 7) and random.random() < (0.15, 0.5, 0, 0, 0, 0, 0, 0.35)[label]:
        ink = practice.with_flourish(ink, label, random)
    return practice.finished(_worn(practice.with_a_pen(ink, random), random)), label


def _worn(ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Spoil one digit of seven as lines of paper and cutting out do."""
    return practice.with_losses(ink, random) if random.random() < 0.14 else ink


def styled_digit(random: np.random.Generator, faces: list[str]) -> Example | None:
    """Draw a digit in one of our styles, or set it in a font."""
    label = int(random.integers(10))
    if random.random() < 0.2:
        ink = printed(str(label), faces[int(random.integers(len(faces)))])
        if ink is None:
            return None
        ink = practice.with_a_pen(practice.bent(ink, random, rotation=10), random)
        return practice.finished(ink), label
    ways = styles.DIGITS[label]
    ink = practice.drawn_style(ways[random.integers(len(ways))], random)
    return practice.finished(_worn(ink, random)), label


def letter(random: np.random.Generator, faces: list[str]) -> Example | None:
    """Draw a letter or a sign."""
    if random.random() < 0.5:
        of = styles.LETTERS if random.random() < 0.8 else styles.SIGNS
        name = list(of)[random.integers(len(of))]
        if name in RARE and random.random() < 0.67:
            return None
        style = of[name][random.integers(len(of[name]))]
        return practice.finished(practice.drawn_style(style, random)), NONE
    characters = LETTERS if random.random() < 0.85 else SIGNS
    name = characters[random.integers(len(characters))]
    if name in RARE and random.random() < 0.67:
        return None
    ink = printed(name, faces[int(random.integers(len(faces)))])
    if ink is None:
        return None
    if random.random() < 0.5:  # a pen's middle line instead of the printer's stems
        thin = ink * (ndimage.distance_transform_edt(ink > 0.5) > random.uniform(1, 3))
        ink = thin if thin.any() else ink
    return practice.finished(practice.with_a_pen(practice.bent(ink, random), random)), NONE


def no_digit(images: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> Example | None:
    """Draw something that is neither digit nor letter."""
    kind = random.random()
    if kind < 0.3:
        return practice.finished(practice.scribble(random)), NONE
    if kind < 0.36:
        noise = random.normal(size=(practice.FIELD,) * 2)
        field = ndimage.gaussian_filter(noise, random.uniform(3, 12))
        ink = (field > random.uniform(0, 1.5) * field.std()).astype(float)
        return practice.finished(ink), NONE
    pair = random.integers(len(images), size=2)
    bent = [practice.with_a_pen(practice.bent(images[k] / 255, random), random) for k in pair]
    if kind < 0.75:
        if any(one.max() < 0.5 for one in bent):
            return None
        # Ones beside each other are bars that a hand may mean as anything.
        if set(labels[pair].tolist()) <= {1}:
            return None
        return practice.finished(practice.spoilt(bent, random)), NONE
    one, label = bent[0], int(labels[pair[0]])
    if kind < 0.9:  # on its side; 0 and 8 would be digits still, or nearly
        if label in (0, 8):
            return None
        return practice.finished(np.rot90(one, random.choice([1, 3]))), NONE
    # In a mirror; 2 and 5 come near to each other.
    if label in (0, 1, 8) or (label in (2, 5) and random.random() < 0.6):
        return None
    return practice.finished(one[:, ::-1]), NONE


def examples(
    count: int, seed: int, *, which: str, data_dir: Path | None, held_out: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Make so many examples: images uint8 (count, 28, 28) and classes 0 to 10."""
    random = np.random.default_rng(seed)
    (images, labels), _ = load_mnist(which, data_dir=data_dir)
    last = len(images) // SET_ASIDE
    part = slice(-last, None) if held_out else slice(None, -last)
    images, labels = images[part], labels[part]
    faces = fonts()
    makers: list[tuple[float, Callable[[], Example | None]]] = [
        (0.60, partial(mnist_digit, images, labels, random)),
        (0.68, partial(styled_digit, random, faces)),
        (0.86, partial(letter, random, faces)),
        (1.00, partial(no_digit, images, labels, random)),
    ]
    made = np.empty((count, 28, 28), np.uint8)
    classes = np.empty(count, np.uint8)
    k = 0
    while k < count:
        kind = random.random()
        maker = next(make for below, make in makers if kind < below)
        example = maker()
        if example is not None and example[0] is not None:
            if example[1] == NONE and practice.is_narrow(example[0]):
                continue
            made[k], classes[k] = example
            k += 1
    return made, classes


def many_examples(
    count: int, seed: int, workers: int, **options: object
) -> tuple[np.ndarray, np.ndarray]:
    """Make examples in several processes; the result depends on count and seed alone."""
    pieces = 16
    counts = [count // pieces + (k < count % pieces) for k in range(pieces)]
    with ProcessPoolExecutor(workers) as pool:
        jobs = [
            pool.submit(examples, n, seed * pieces + k, **options) for k, n in enumerate(counts)
        ]
        parts = [job.result() for job in jobs]
    return tuple(np.concatenate([part[k] for part in parts]) for k in (0, 1))


def build_network():
    """Build the network: four convolutions, each normalised, and a hidden layer."""
    import keras

    layers = keras.layers

    def convolution(number: int, filters: int, size: int, padding: str) -> list:
        return [
            layers.Conv2D(filters, size, padding=padding, use_bias=False, name=f"conv{number}"),
            layers.BatchNormalization(momentum=0.97, name=f"norm{number}"),
            layers.ReLU(name=f"relu{number}"),
        ]

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *convolution(1, 16, 5, "valid"),
            layers.MaxPooling2D(2, name="pool1"),
            *convolution(2, 32, 3, "same"),
            *convolution(3, 32, 3, "same"),
            layers.MaxPooling2D(2, name="pool2"),
            *convolution(4, 64, 3, "same"),
            layers.MaxPooling2D(2, name="pool3"),
            layers.Flatten(name="flatten"),
            layers.Dense(96, use_bias=False, name="dense1"),
            layers.BatchNormalization(momentum=0.97, name="norm5"),
            layers.ReLU(name="relu5"),
            layers.Dropout(0.3, name="dropout1"),
            layers.Dense(CLASSES, activation="softmax", name="output"),
        ],
        name="reader",
    )


def train(images: np.ndarray, classes: np.ndarray, held_out: tuple, epochs: int):
    """Train the network; the learning rate rises for a tenth of the steps, then falls to zero."""
    import course_utils.quiet_tensorflow  # noqa: F401  (before Keras)

    import keras
    import tensorflow as tf

    from course_utils.networks import augmentation, training

    keras.utils.set_random_seed(SEED)
    model = build_network()
    steps = epochs * -(-len(images) // BATCH)
    model.compile(
        optimizer=keras.optimizers.Adam(training.warm_up_and_decay(RATE, steps, warm_up=0.1)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
        steps_per_execution=8,
    )
    change = augmentation.RandomAffine(rotation=4, scale=0.04, shear=0.04, shift=1)

    def shown(some, of_them):
        return change(tf.cast(some, tf.float32)[..., None] / 255), of_them

    data = tf.data.Dataset.from_tensor_slices((images, classes))
    data = data.shuffle(len(images), seed=SEED).batch(BATCH).map(shown).prefetch(4)
    x, y = held_out
    held_out = (x[..., None] / 255.0, y)
    model.fit(data, epochs=epochs, shuffle=False, verbose=2, validation_data=held_out)
    return model


def folded(model) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Yield the layers in the reader's format, each normalisation folded into the layer before it.

    γ(Wx − μ)/√(σ² + ε) + β is W'x + b with W' = Wγ/√(σ² + ε), b = β − μγ/√(σ² + ε).
    """
    kinds = {"ReLU": "relu", "MaxPooling2D": "max pool", "Flatten": "flatten"}
    layers = list(model.layers)
    for layer, after in zip(layers, layers[1:] + [None]):
        name = type(layer).__name__
        if name in kinds:
            yield kinds[name], {}
        elif name in ("Conv2D", "Dense"):
            kernel = layer.kernel.numpy()
            bias = layer.bias.numpy() if layer.use_bias else np.zeros(kernel.shape[-1])
            if type(after).__name__ == "BatchNormalization":
                gamma, beta, mean, variance = (w.numpy() for w in after.weights)
                share = gamma / np.sqrt(variance + after.epsilon)
                kernel, bias = kernel * share, beta + (bias - mean) * share
            kind = f"conv {layer.padding}" if name == "Conv2D" else "dense"
            yield kind, {"kernel": kernel.astype(np.float16), "bias": bias.astype(np.float16)}
    yield "softmax", {}


def thresholds(probabilities: np.ndarray, classes: np.ndarray) -> dict[str, float]:
    """Choose on examples set aside from where an answer is "none" and from where it is doubtful.

    "None" refuses six of 1,000 digits; most of them are spoilt so that few hands could read them. Among what is then read, the least probability that counts as
    sure is the lowest at which 99.5 % of the sure answers are right.
    """
    is_digit = classes != NONE
    none = probabilities[:, NONE]
    refuse = float(np.quantile(none[is_digit], 0.994))
    refuse = min(max(refuse, 0.5), 0.99)
    ten = probabilities[:, :NONE]
    best, read = ten.max(axis=1), ten.argmax(axis=1)
    taken = none <= refuse
    order = np.argsort(-best[taken])
    right = (read == classes)[taken][order]
    share = np.cumsum(right) / np.arange(1, len(right) + 1)
    good = np.flatnonzero(share >= 0.995)
    sure = float(best[taken][order][good[-1]]) if len(good) else 0.99
    return {"none_above": round(refuse, 3), "sure_from": round(min(max(sure, 0.5), 0.99), 3)}


def store(folder: Path, layers: list, chosen: dict[str, float], notes: dict) -> None:
    """Write `reader.npz` and `reader.json`, which holds its SHA-256 and how it was made."""
    sys.path.insert(0, str(Path(__file__).parent))
    from build_data import pack_npz

    arrays = {"layers": np.array([kind for kind, _ in layers])}
    for number, (_, weights) in enumerate(layers):
        arrays |= {f"{name}{number}": array for name, array in weights.items()}
    arrays |= {name: np.float64(value) for name, value in chosen.items()}
    content = pack_npz({name: np.asarray(array) for name, array in arrays.items()})
    (folder / "reader.npz").write_bytes(content)
    notes = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        **chosen,
        **notes,
    }
    (folder / "reader.json").write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Make the examples, train, choose the thresholds, store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, help="a folder with the full MNIST")
    parser.add_argument("--sample", action="store_true", help="the course's sample instead")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to store the network")
    parser.add_argument("--share", type=float, default=1.0, help="of the examples, to try it out")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--examples", type=Path, help="an .npz to keep the examples in, or to take them from"
    )
    options = parser.parse_args()
    if options.examples and options.examples.exists():
        with np.load(options.examples, allow_pickle=False) as kept:
            train_set, held_out = ((kept[f"x{k}"], kept[f"y{k}"]) for k in (0, 1))
    else:
        which = "sample" if options.sample else "full"
        make = partial(
            many_examples, workers=options.workers, which=which, data_dir=options.data_dir
        )
        train_set = make(round(EXAMPLES * options.share), SEED, held_out=False)
        held_out = make(round(HELD_OUT * options.share), SEED + 1, held_out=True)
        if options.examples:
            x, y = zip(train_set, held_out)
            np.savez(options.examples, x0=x[0], y0=y[0], x1=x[1], y1=y[1])
    print(len(train_set[0]), "examples,", int((train_set[1] == NONE).sum()), "of them no digits")
    if options.epochs == 0:
        return
    model = train(*train_set, held_out, options.epochs)
    x, classes = held_out
    probabilities = model.predict(x[..., None] / 255.0, verbose=0)
    chosen = thresholds(probabilities, classes)
    digits = classes != NONE
    read = probabilities[:, :NONE].argmax(axis=1) == classes
    refused = probabilities[:, NONE] > chosen["none_above"]
    notes = {
        "made_by": "python data/build_reader.py",
        "seed": SEED,
        "examples": len(train_set[0]),
        "epochs": options.epochs,
        "held_out_digits_right": round(float(read[digits].mean()), 4),
        "held_out_digits_refused": round(float(refused[digits].mean()), 4),
        "held_out_others_refused": round(float(refused[~digits].mean()), 4),
        "layers": "layer kinds in order; kernelN and biasN are those of layer N, counted from 0",
    }
    store(options.folder, list(folded(model)), chosen, notes)
    print(json.dumps(notes, indent=1))


if __name__ == "__main__":
    main()
