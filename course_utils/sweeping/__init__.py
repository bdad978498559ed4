"""One notebook over a grid of parameters, on the cores of one machine or on many machines.

`grid` makes the runs, `cluster` hands them to Dask, `remote` is what a worker does, `store` keeps
what comes back, `table` gathers it. Dask and pandas are imported when a function needs them.
"""
