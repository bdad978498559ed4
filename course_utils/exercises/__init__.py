'''Exercises of the notebooks: checks that reply at once, hints, and solutions.

A student calls four functions::

    from course_utils import exercises

    exercises.check("02.2", patch_count)    # prints "02.2: not attempted yet.", "02.2 right: …"
                                            # or "02.2 not yet: …"; never raises
    exercises.hint("02.2")                  # prints the next hint
    exercises.solution("02.2")              # shows a solution, ready to be pasted
    exercises.progress()                    # shows what is solved, here and in the course

In a notebook replies are HTML with the plain text beside it; the line on a stub is always plain.
What was tried is kept on the student's desk where there is one (see `engine.progress`).

A lesson may ask for a prediction that is made, not only thought::

    guess = exercises.predict("05.b", ...)   # before the run, dots in place of the reader's answer
    guess.compare(counts)                    # after it; silent while the dots stand there

Assignments call `points`, which prints the same reply and returns the points that the answer earns.
Tests call `judge`, which returns the reply (a status "right", "wrong" or "empty", and a message),
and `all_exercises`.

Writing exercises
-----------------
The exercises of notebook ``05_padding_and_stride.ipynb`` stand in the module
``nb05_padding_and_stride.py`` of this package, in a tuple `EXERCISES`, three to five of them. The
module is found by its name and imported when a student first asks for one of its numbers; it
imports no Keras at its top. Here is a complete one, with one exercise of each kind::

    """Exercises of notebook 05, padding and stride."""

    import numpy as np

    from course_utils.exercises.engine import FunctionExercise, Mistake, ValueExercise


    def every_other_pixel(image):
        return image[::2, ::2]


    def size_after_three_layers():
        return 28 - 3 * (3 - 1)


    EXERCISES = (
        FunctionExercise(
            number="05.1",
            title="Take every other pixel",
            solution=every_other_pixel,
            cases=[(np.arange(12).reshape(3, 4),), (np.arange(35.0).reshape(5, 7),)],
            lesson="stride 2 keeps every second place on each axis.",
            why="A slice with step 2 starts at 0 and keeps 0, 2, 4, … of an axis.",
            hints=["A slice takes a step: a[start:stop:step]."],
            mistakes=[
                Mistake(
                    lambda image: image[::2],
                    "you thinned out the rows only. Take a step of 2 along axis 1 as well.",
                ),
                Mistake(
                    lambda image: image[1::2, 1::2],
                    "you began at index 1. The first place is 0: leave the start out.",
                ),
            ],
        ),
        ValueExercise(
            number="05.2",
            title="Side of a 28×28 image after three 3×3 layers, valid",
            solution=size_after_three_layers,
            answer="side_after_three",
            lesson="each valid 3×3 layer takes away k − 1 = 2 pixels of a side.",
            why="Every layer takes away the same two pixels, whatever the side is by then.",
            hints=["What does one layer take away?"],
            mistakes=[
                Mistake(28 - 3 * 3, "you took away k for each layer. It is k − 1 each time."),
                Mistake(
                    lambda side: side == 28,
                    "this is the side under padding='same'. Valid layers shrink the image.",
                    example=28,
                ),
            ],
        ),
    )

What each field is for stands in `exercise.Exercise`. Some rules:

- A solution is shown to students as its source, so that it can be pasted: write it as a student
  would, without type hints, without helpers or constants of the module, and under the notebook's
  name for it. The same form serves the mistakes.
- Choose cases without symmetry, and images that are not square, so that each mistake gives an
  answer of its own on at least one of them. A mistake may raise: it is then recognised by type and
  text of the exception. The easiest case comes first, for it is the one a reply speaks of.
- A stub in a notebook returns ``...``; a value not yet found is ``...`` too. Both check as
  "not attempted yet", which is what stored notebooks contain.
- A reply begins with a small letter, for it follows "02.1 not yet:", names the mistake, and ends
  with what to try. Plain words, "you", no exclamation marks.
- An answer that has no plain value, such as a Keras model, is compared by what `measure` makes of
  it, for instance ``measure=lambda model: [layer.output.shape for layer in model.layers]``.
- Where several values are right, `accepts` judges an answer by its properties.

The tests come with it: ``tests/exercises/test_every_exercise.py`` finds the module and holds every
exercise to all of this: the solution is right, a stub is empty, each mistake gets its own reply,
hints and solution are shown, and no answer whatever makes the check raise.

Which file does what in the engine stands in `engine`; nobody who writes an exercise needs to open
it.
'''

from course_utils.exercises.engine.cells import load_ipython_extension, watch
from course_utils.exercises.engine.exercise import Exercise, FunctionExercise
from course_utils.exercises.engine.predictions import predict
from course_utils.exercises.engine.progress import read_progress
from course_utils.exercises.engine.registry import all_exercises, find
from course_utils.exercises.engine.session import check, hint, judge, points, solution
from course_utils.exercises.engine.summary import progress

__all__ = [
    "Exercise",
    "FunctionExercise",
    "all_exercises",
    "check",
    "find",
    "hint",
    "judge",
    "load_ipython_extension",
    "points",
    "predict",
    "progress",
    "read_progress",
    "solution",
]

watch()
