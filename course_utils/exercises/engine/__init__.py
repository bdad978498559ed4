"""What runs, compares and answers; who writes an exercise needs only the names offered here.

`exercise` says what an exercise is, `plain_values` reads what a student's code returns, `sandbox`
runs that code, `comparing` puts a difference in words and `wording` the rest of a reply, `judging`
decides on it, `registry` finds exercises by number, `session` holds what a student calls.
"""

from course_utils.exercises.engine.exercise import (
    Exercise,
    FunctionExercise,
    Mistake,
    Reply,
    ValueExercise,
)

__all__ = ["Exercise", "FunctionExercise", "Mistake", "Reply", "ValueExercise"]
