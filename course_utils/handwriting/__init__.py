"""Your own handwriting, prepared as MNIST was: a photograph or a drawing becomes a 28×28 digit.

A photograph is a bright page with dark ink, thousands of pixels wide, lit from one side. A digit of
MNIST is bright ink on black, scaled to fit 20×20 pixels and centred by its mass in 28×28: Y. LeCun,
C. Cortes and C. Burges, "The MNIST database of handwritten digits". A network that has learned the
one is lost on the other, unless `like_mnist` comes in between.
"""

from __future__ import annotations

from course_utils.handwriting.drawing import draw_strokes
from course_utils.handwriting.pen import BOX, SIDE
from course_utils.handwriting.reader import as_keras, stored_reader
from course_utils.handwriting.reading import Reading, read_page
from course_utils.handwriting.stages import like_mnist, stages

__all__ = [
    "BOX",
    "SIDE",
    "Reading",
    "as_keras",
    "draw_strokes",
    "like_mnist",
    "read_page",
    "stages",
    "stored_reader",
]
