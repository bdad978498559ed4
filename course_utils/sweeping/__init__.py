"""One notebook over a grid of parameters, on the cores of one machine or on many machines.

`grid` makes the runs, `local` hands them to processes of this machine, `cluster` to Dask, whose
workers do what `remote` says, `store` keeps what comes back, `table` gathers it. Dask and pandas
are imported when a function needs them.
"""

from course_utils.sweeping.cluster import Certificates, hand_out, scheduler_client
from course_utils.sweeping.grid import Run, grid_of_runs, split_values
from course_utils.sweeping.local import hand_out_here
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
    "Certificates",
    "Job",
    "Result",
    "Run",
    "SweepFolder",
    "choose_numbers",
    "grid_of_runs",
    "hand_out",
    "hand_out_here",
    "make_table",
    "scheduler_client",
    "split_values",
    "write_picture",
    "write_table",
]
