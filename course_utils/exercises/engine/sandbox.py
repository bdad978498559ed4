"""Running a student's function so that nothing it does can harm the session.

It runs in a thread of its own: the notebook's main thread stays free to watch the clock and to
receive the interruption that a user sends from the menu. A thread that does not finish is stopped
by an exception raised inside it, which works alike on every system, where signals do not.

What cannot be stopped within two seconds is left behind, and `Run.abandoned` says so: one long call
into compiled code, or (in Python 3.12) a loop around a bare ``except: pass``. Two things no thread
can be kept from: holding the interpreter's lock in one long call (``sum(range(10**12))``), and
ending the process (``os._exit``).
"""

import _thread
import contextvars
import linecache
import sys
import threading
import time
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from course_utils.exercises.engine.keeping import close_figures_but, open_figures, session_kept
from course_utils.exercises.engine.plain_values import one_line, plain, type_name
from course_utils.exercises.engine.stopping import stop

# Windows does not interrupt a wait for a lock, so a Ctrl-C is noticed between two short waits
_WAIT = 0.05
_MOST_PRINTED = 10_000


@dataclass(frozen=True)
class Failure:
    """An exception that escaped, reduced to text.

    `line` is the student's line it came from, "" where that is not known; `in_call` is true if
    the function could not even be called with these arguments.
    """

    kind: str
    text: str
    line: str = ""
    in_call: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one call: a plain value or a failure, and the arguments after the call."""

    value: Any = None
    arguments: tuple[Any, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True)
class Run:
    """What came of all calls.

    `outcomes` is shorter than the calls if the time was up; `abandoned` says that the thread
    could not be stopped and still runs, `drew` that it opened figures, which are closed again.
    """

    outcomes: tuple[Outcome, ...]
    timed_out: bool
    abandoned: bool
    printed: str
    drew: bool = False


def attempt(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    read: Callable[[Any], Any],
    *,
    catching: type[BaseException] = Exception,
) -> Outcome:
    """Call a function and read its result; an exception becomes a `Failure`."""
    try:
        result = function(*arguments)
        return Outcome(read(result), tuple(plain(argument) for argument in arguments))
    except catching as error:
        return Outcome(failure=_failure(error))


def run(
    function: Callable[..., Any],
    calls: Sequence[Sequence[Any]],
    *,
    read: Callable[[Any], Any] = plain,
    time_limit: float,
) -> Run:
    """Call a function that is not trusted, once for each sequence of arguments.

    Parameters
    ----------
    function : callable
        May raise, print, loop, recurse, exit, or change its arguments.
    calls : sequence of sequences
        Arguments of each call: copies, since the function may change them.
    read : callable
        Turns a result into a plain value; runs in the thread as well.
    time_limit : float
        Seconds for all calls together.

    Raises
    ------
    KeyboardInterrupt
        If the user interrupts, never if the function raises it.
    """
    job = _Job(function, calls, read)
    figures = open_figures()
    with session_kept(job.printed, job.complained):
        # the student's own np.errstate and print options hold in the thread, changes end with it
        context = contextvars.copy_context()
        # not threading.Thread, which would report a _Stop that escapes as an error
        thread_id = _thread.start_new_thread(context.run, (job.work,))
        deadline = time.monotonic() + time_limit
        try:
            while not job.done.wait(_WAIT) and time.monotonic() < deadline:
                pass
        finally:
            finished = job.done.is_set()
            outcomes = tuple(job.outcomes)
            abandoned = not finished and not stop(thread_id, job)
    drew = close_figures_but(figures)
    return Run(outcomes, not finished, abandoned, job.printed.text, drew)


@dataclass
class _Job:
    function: Callable[..., Any]
    calls: Sequence[Sequence[Any]]
    read: Callable[[Any], Any]
    outcomes: list[Outcome] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    cancelled: bool = False
    ended: bool = False
    thread_id: int | None = None
    printed: "_Recorder" = field(init=False)
    complained: "_Recorder" = field(init=False)

    def __post_init__(self) -> None:
        self.printed = _Recorder(self, sys.stdout)
        self.complained = _Recorder(self, sys.stderr)

    def work(self) -> None:
        self.thread_id = threading.get_ident()
        try:
            for arguments in self.calls:
                if self.cancelled:
                    break
                self.outcomes.append(
                    attempt(self.function, arguments, self.read, catching=BaseException)
                )
        finally:
            # first the assignment: a _Stop cannot come before it, but may in the call
            self.ended = True
            self.done.set()


class _Recorder:
    """A stream that keeps the beginning of what one thread writes and passes on the rest."""

    def __init__(self, job: _Job, stream: TextIO) -> None:
        self._job = job
        self._stream = stream
        self.text = ""

    def write(self, text: str) -> int:
        if threading.get_ident() != self._job.thread_id:
            return self._stream.write(text)
        # str's own slicing: a subclass of str may do anything
        self.text += str.__getitem__(text, slice(0, _MOST_PRINTED - len(self.text)))
        return len(text)

    def flush(self) -> None:
        if threading.get_ident() != self._job.thread_id:
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _failure(error: BaseException) -> Failure:
    try:
        text = str(error)
    except BaseException:
        text = ""
    # read past whatever the exception's class makes of the attribute
    frames = _frames(BaseException.__dict__["__traceback__"].__get__(error))
    student_file = frames[0][0] if frames else ""
    lines = [number for file, number in frames if file == student_file]
    line = linecache.getline(student_file, lines[-1]) if lines else ""
    return Failure(type_name(error), one_line(text), one_line(line, 90), in_call=not frames)


def _frames(traceback: types.TracebackType | None) -> list[tuple[str, int]]:
    """File and line of every frame below `attempt`."""
    frames = []
    while traceback is not None:
        frames.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return frames[1:]
