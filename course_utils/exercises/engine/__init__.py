"""What runs, compares and answers; who writes an exercise needs only the names offered here.

`exercise` says what an exercise is, `plain_values` reads what a student's code returns. `sandbox`
runs that code, `stopping` ends it in time, `keeping` keeps the session as it was, `stubs` tells
code that has not been written yet. `comparing` puts a difference in words and `wording` the rest of
a reply, `judging` decides on it. `registry` finds exercises by number, `cells` knows which cell
failed, `progress` keeps what was tried and `summary` shows it, `showing` gives a reply its look,
`session` holds what a student calls.
"""

from course_utils.exercises.engine.exercise import (
    Exercise,
    FunctionExercise,
    Mistake,
    Reply,
    ValueExercise,
)

__all__ = ["Exercise", "FunctionExercise", "Mistake", "Reply", "ValueExercise"]
