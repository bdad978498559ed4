"""Networks in Keras: built, trained, measured, and looked into.

| file | what it answers |
|---|---|
| `models` | which networks the course builds, with their parameters and receptive fields |
| `any_size` | how a network of one size reads images of any size |
| `backends` | whether a network answers alike when another library does Keras' arithmetic |
| `training` | how data, schedules and losses are prepared |
| `augmentation` | how training digits are varied |
| `choices` | what one choice at a time changes |
| `priors` | what four networks of equal size believe about images |
| `recipes` | which settings reach 99 % |
| `repetition` | one prepared training step for many seeds |
| `metrics` | which digits are taken for which, and by which of two networks |
| `calibration` | whether probabilities mean what they say |
| `precision` | what half precision changes, and what an epoch takes with it |
| `segmentation` | which class each pixel of an image is of |
| `shipping` | a network's file for another program, and the card beside it |
| `transfer` | what a network has learned, handed on: features and a new head |
| `gradients` | how large the gradients are, layer by layer |
| `inspection` | what a trained network looks for |

Keras and TensorFlow are imported when a function is called.
"""

from course_utils.networks import (
    any_size,
    augmentation,
    backends,
    calibration,
    choices,
    gradients,
    inspection,
    metrics,
    models,
    precision,
    priors,
    recipes,
    repetition,
    segmentation,
    shipping,
    training,
    transfer,
)
from course_utils.networks.choices import build_network, train_network
from course_utils.networks.gradients import gradient_norms
from course_utils.networks.models import (
    build_model,
    build_plain,
    build_resnet,
    count_parameters,
    receptive_field,
)
from course_utils.networks.recipes import BEST, ONE_EPOCH
from course_utils.networks.repetition import RepeatedTraining
from course_utils.networks.training import split_validation

__all__ = [
    "BEST",
    "ONE_EPOCH",
    "RepeatedTraining",
    "any_size",
    "augmentation",
    "backends",
    "build_model",
    "build_network",
    "build_plain",
    "build_resnet",
    "calibration",
    "choices",
    "count_parameters",
    "gradient_norms",
    "gradients",
    "inspection",
    "metrics",
    "models",
    "precision",
    "priors",
    "receptive_field",
    "recipes",
    "repetition",
    "segmentation",
    "shipping",
    "split_validation",
    "train_network",
    "training",
    "transfer",
]
