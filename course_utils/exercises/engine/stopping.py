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
from collections.abc import Callable
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


class _Target:
    """A thread to be stopped, and the exceptions that have come to it."""

    def __init__(self, thread_id: int, job: Job) -> None:
        self.thread_id = thread_id
        self.job = job
        self.delivered: list[int] = []
        # It ends a function that catches everything: being forgotten, at the end of an ``except``,
        # it sleeps, long enough for the next one to be waiting before that ``try`` comes again.
        # Both are functions in C, in which no exception from outside can fall.
        self.exception = type(
            "_Stop",
            (SystemExit,),
            {
                "__init__": staticmethod(functools.partial(self.delivered.append, 1)),
                "__del__": staticmethod(functools.partial(time.sleep, 0.01)),
            },
        )

    def frame(self) -> types.FrameType | None:
        return sys._current_frames().get(self.thread_id)

    def hit(self, frame: types.FrameType | None) -> bool:
        """Raise the exception where the thread stands; False if it has gone on meanwhile."""
        place = frame.f_lasti if frame is not None else None
        self._set_pending(ctypes.py_object(self.exception))
        # this thread may have lost the interpreter's lock since it looked, but hardly twice
        if frame is None or (self.frame() is frame and frame.f_lasti == place):
            return True
        self._set_pending(ctypes.py_object())
        return False

    def _set_pending(self, exception: ctypes.py_object) -> None:
        if not self.job.ended:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread_id), exception)


def stop(thread_id: int, job: Job) -> bool:
    """Raise an exception inside a thread until it ends.

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
    target = _Target(thread_id, job)
    _hit_at_a_good_moment(target)
    _wait(_STOP_WITHIN, lambda: bool(target.delivered) or job.ended)
    if not target.delivered or _wait(_PATIENCE, lambda: job.ended):
        return job.ended
    # it has been caught, or a clean-up takes its time
    give_up = time.monotonic() + _STOP_WITHIN
    while not job.ended and time.monotonic() < give_up:
        count = len(target.delivered)
        _hit_at_a_good_moment(target, hurry=5)
        _wait(_CAUGHT_WITHIN, lambda: len(target.delivered) > count or job.ended)  # noqa: B023
        until = time.monotonic() + _CAUGHT_WITHIN
        while not job.ended and time.monotonic() < until:
            frame = target.frame()
            if not _in_library(frame):
                target.hit(frame)
            time.sleep(_LOOK_AGAIN)
    return job.ended


def _hit_at_a_good_moment(target: _Target, *, hurry: float = 1) -> None:
    begun = time.monotonic()
    while not target.job.ended:
        waited = hurry * (time.monotonic() - begun)
        frame = target.frame()
        if (
            not _in_library(frame)
            or (waited > _FOR_OWN_LINES and not _handles_locks(frame))
            or waited > _FOR_CALM_LINES
        ) and target.hit(frame):
            return
        time.sleep(_LOOK_AGAIN)


def _wait(seconds: float, condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN)
    return condition()


def _in_library(frame: types.FrameType | None) -> bool:
    """Whether a frame's line stands in a file of Python's or of an installed package."""
    return frame is not None and frame.f_code.co_filename.startswith((*_LIBRARIES, _FROZEN))


def _handles_locks(frame: types.FrameType | None) -> bool:
    """Whether a frame is one of those that take locks and give them back."""
    return frame is not None and (
        frame.f_code.co_name in _HANDLE_LOCKS or frame.f_code.co_filename.startswith(_FROZEN)
    )
