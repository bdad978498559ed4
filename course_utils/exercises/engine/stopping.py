"""Stopping a thread in the middle of a student's code, so that it leaves no lock behind.

An exception raised from outside may fall anywhere: also between the taking of a lock and the
``try`` that gives it back, or into a ``finally`` that is about to. So it is raised while the thread
stands in the student's own lines, or at least not where a library takes and gives back locks, and
only once; the clean-up that it starts runs undisturbed. Only where the student's code has caught it
are more of them raised, and then at moments when no library is at work.
"""

import ctypes
import functools
import sys
import sysconfig
import time
import types
from pathlib import Path
from typing import Protocol

_FOR_OWN_LINES = 0.25  # seconds in which the thread is awaited outside of all libraries
_FOR_CALM_LINES = 0.5  # and outside of what handles locks
_PATIENCE = 0.3  # for the clean-up that the first exception starts
_STOP_WITHIN = 1.5
_CAUGHT_WITHIN = 0.05
_LOOK_AGAIN = 0.002
_LIBRARIES = tuple(
    str(Path(sysconfig.get_path(name))) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)
_FROZEN = "<frozen"
_HANDLE_LOCKS = {"acquire", "release", "_acquireLock", "_releaseLock", "__enter__", "__exit__"}


class Job(Protocol):
    """What runs in the thread, as far as stopping it is concerned."""

    ended: bool


class _Stop(SystemExit):
    """Ends a student's function, even one that catches everything.

    Each one sleeps while it comes into being, which is when a ``try`` or ``with`` takes hold of
    it, and when it is forgotten, at the end of an ``except``: long enough for `stop` to see where
    that is. If it is in the student's own lines, the next one is waiting before that ``try`` is
    entered again.
    """

    __init__ = staticmethod(functools.partial(time.sleep, 0.01))
    __del__ = staticmethod(functools.partial(time.sleep, 0.01))


def stop(thread_id: int, job: Job) -> bool:
    """Raise `_Stop` inside a thread until it ends.

    Parameters
    ----------
    thread_id : int
        As `threading.get_ident` gives it.
    job : Job
        Its `ended` becomes true when the thread has done with the student's code.

    Returns
    -------
    bool
        False if the thread still runs: inside one long call into compiled code, say. The exception
        then waits for the end of that call.
    """
    _raise_at_a_good_moment(thread_id, job)
    if _ends_within(_PATIENCE, job):
        return True
    give_up = time.monotonic() + _STOP_WITHIN
    while not job.ended and time.monotonic() < give_up:
        _raise_at_a_good_moment(thread_id, job, hurry=5)
        until = time.monotonic() + _CAUGHT_WITHIN
        while not job.ended and time.monotonic() < until:
            frame = _frame(thread_id)
            if not _in_library(frame):
                _raise_in(thread_id, job, frame)
            time.sleep(_LOOK_AGAIN)
    return job.ended


def _raise_at_a_good_moment(thread_id: int, job: Job, *, hurry: float = 1) -> None:
    begun = time.monotonic()
    while not job.ended:
        waited = hurry * (time.monotonic() - begun)
        frame = _frame(thread_id)
        if (
            not _in_library(frame)
            or (waited > _FOR_OWN_LINES and not _handles_locks(frame))
            or waited > _FOR_CALM_LINES
        ):
            _raise_in(thread_id, job, frame)
            return
        time.sleep(_LOOK_AGAIN)


def _frame(thread_id: int) -> types.FrameType | None:
    return sys._current_frames().get(thread_id)


def _in_library(frame: types.FrameType | None) -> bool:
    """Whether a frame's line stands in a file of Python's or of an installed package."""
    return frame is not None and frame.f_code.co_filename.startswith((*_LIBRARIES, _FROZEN))


def _handles_locks(frame: types.FrameType | None) -> bool:
    """Whether a frame is one of those that take locks and give them back."""
    return frame is not None and (
        frame.f_code.co_name in _HANDLE_LOCKS or frame.f_code.co_filename.startswith(_FROZEN)
    )


def _raise_in(thread_id: int, job: Job, frame: types.FrameType | None) -> None:
    """Raise a `_Stop` where the thread stands, unless it has gone on from there meanwhile."""
    place = frame.f_lasti if frame is not None else None
    if job.ended:
        return
    _set_pending(thread_id, ctypes.py_object(_Stop))
    # this thread may have lost the interpreter's lock since it looked, but hardly twice
    if frame is not None and (_frame(thread_id) is not frame or frame.f_lasti != place):
        _set_pending(thread_id, ctypes.py_object())


def _set_pending(thread_id: int, exception: ctypes.py_object) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), exception)


def _ends_within(seconds: float, job: Job) -> bool:
    until = time.monotonic() + seconds
    while not job.ended and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN)
    return job.ended
