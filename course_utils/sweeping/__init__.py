"""One notebook over a grid of parameters, on the cores of one machine or on many machines.

`grid` makes the runs, `cluster` hands them to Dask, `remote` is what a worker does, `store` keeps
what comes back, `table` gathers it. Dask and pandas are imported when a function needs them.
"""

from course_utils.sweeping.cluster import hand_out, local_client, scheduler_client
from course_utils.sweeping.grid import Run, grid_of_runs, split_values
from course_utils.sweeping.remote import Job
from course_utils.sweeping.store import Result, SweepFolder
from course_utils.sweeping.table import (
    COLLECTED,
    choose_numbers,
    make_table,
    write_picture,
    write_table,
)

__all__ = [
    "COLLECTED",
    "Job",
    "Result",
    "Run",
    "SweepFolder",
    "choose_numbers",
    "grid_of_runs",
    "hand_out",
    "local_client",
    "make_table",
    "scheduler_client",
    "split_values",
    "write_picture",
    "write_table",
]
