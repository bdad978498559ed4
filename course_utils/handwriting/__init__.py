"""Read real handwriting: a photograph or a drawing becomes digits as MNIST's are, and an answer.

A photograph is a bright page with dark ink, thousands of pixels wide, lit from one side. A digit of
MNIST is bright ink on black, scaled to fit 20×20 pixels and centred by its mass in 28×28: Y. LeCun,
C. Cortes and C. Burges, "The MNIST database of handwritten digits". A network that has learned the
one is lost on the other, unless `like_mnist` comes in between.

`read_page` reads every digit of a picture and `read_folder` every picture of a folder; `stages`
shows the steps, `hints` tells what to write otherwise, `draw_strokes` draws pages to try. Who lives
here: `pictures` (files and arrays in), `paper_sheet`, `ink`, `pieces` and `ruling` (ink from
paper), `pen` (stroke width, size and place), `digits` and `parts` (which pieces make a digit),
`reader` (the stored network), `reading` (answers and doubt), `stages`, `hints`, `folders`;
`drawing`, `styles`, `writings`, `sheets`, `surroundings`, `conditions`, `drawn_pages` and
`practice` (made-up pages, to measure and to learn from).
"""

from course_utils.handwriting import conditions, pen, practice, styles, writings
from course_utils.handwriting.conditions import CONDITIONS
from course_utils.handwriting.drawing import draw_strokes
from course_utils.handwriting.drawn_pages import draw_number, draw_page
from course_utils.handwriting.folders import FileReading, FolderReading, read_folder
from course_utils.handwriting.hints import MEAN_INK, hints, mean_ink
from course_utils.handwriting.pen import BOX, SIDE, stroke_width
from course_utils.handwriting.reader import (
    Layer,
    Reader,
    answers,
    as_keras,
    layers_of,
    probabilities,
    signals,
    stored_reader,
)
from course_utils.handwriting.reading import Reading, read_page
from course_utils.handwriting.stages import like_mnist, stages

__all__ = [
    "BOX",
    "CONDITIONS",
    "MEAN_INK",
    "SIDE",
    "FileReading",
    "FolderReading",
    "Layer",
    "Reader",
    "Reading",
    "answers",
    "as_keras",
    "conditions",
    "draw_number",
    "draw_page",
    "draw_strokes",
    "hints",
    "layers_of",
    "like_mnist",
    "mean_ink",
    "pen",
    "practice",
    "probabilities",
    "read_folder",
    "read_page",
    "signals",
    "stages",
    "stored_reader",
    "stroke_width",
    "styles",
    "writings",
]
