"""Stopping a thread in the middle of a student's code, so that it leaves no lock behind.

An exception raised from outside may fall anywhere: also between the taking of a lock and the
``try`` that gives it back, or into a ``finally`` that is about to. So it is raised while the thread
stands in the student's own lines, not in a library's, and only once; the clean-up that it starts
runs undisturbed. Only where the student's code has caught it are more of them raised, and then
at moments when no library is at work.
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
_FOR_CALM_LINES = 0.5  # and outside of those of Python itself, which hold the locks
_PATIENCE = 0.3  # for the clean-up that the first exception starts
_STOP_WITHIN = 1.5
_LOOK_AGAIN = 0.002
_LIBRARIES = tuple(
    str(Path(sysconfig.get_path(name))) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)
_INSTALLED = tuple(path for path in _LIBRARIES if path.endswith(("-packages",)))


class Job(Protocol):
    """What runs in the thread, as far as stopping it is concerned."""

    ended: bool


class _Stop(SystemExit):
    """Ends a student's function, even one that catches everything.

    Each one sleeps while it comes into being, which is when a ``try`` or ``with`` takes hold of
    it, long enough for `stop` to see where that is. If it is in the student's own lines, the next
    one is waiting before that ``try`` is entered again.
    """

    __init__ = staticmethod(functools.partial(time.sleep, 0.01))


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
    begun = time.monotonic()
    while not job.ended and not _is_good_moment(thread_id, time.monotonic() - begun):
        time.sleep(_LOOK_AGAIN)
    _raise_in(thread_id, job)
    if _ends_within(_PATIENCE, job):
        return True
    give_up = time.monotonic() + _STOP_WITHIN
    while not job.ended:
        if time.monotonic() > give_up:
            return False
        if not _in(_LIBRARIES, _frame(thread_id)):
            _raise_in(thread_id, job)
        _ends_within(_LOOK_AGAIN, job)
    return True


def _is_good_moment(thread_id: int, waited: float) -> bool:
    frame = _frame(thread_id)
    if not _in(_LIBRARIES, frame) or waited > _FOR_CALM_LINES:
        return True
    return waited > _FOR_OWN_LINES and _in(_INSTALLED, frame)


def _frame(thread_id: int) -> types.FrameType | None:
    return sys._current_frames().get(thread_id)


def _in(folders: tuple[str, ...], frame: types.FrameType | None) -> bool:
    """Whether a frame's line stands in a file of these folders, or in Python's frozen files."""
    if frame is None:
        return False
    name = frame.f_code.co_filename
    return name.startswith(folders) or (folders is _LIBRARIES and name.startswith("<frozen"))


def _raise_in(thread_id: int, job: Job) -> None:
    if not job.ended:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread_id), ctypes.py_object(_Stop)
        )


def _ends_within(seconds: float, job: Job) -> bool:
    until = time.monotonic() + seconds
    while not job.ended and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN)
    return job.ended
