"""The standard output and error of a command, which may be closed, full, or a narrow terminal."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TextIO


class _Output(io.TextIOWrapper):
    """A text stream that goes on, into nothing, when what it leads to takes no more."""

    failure: OSError | None = None

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self._lead_nowhere(error)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self._lead_nowhere(error)

    def _lead_nowhere(self, error: OSError) -> None:
        if self.failure is not None:
            raise error
        self.failure = error
        # What is still in the buffers follows, so that nothing fails when the process ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        self.flush()


def prepare() -> None:
    """Let the standard streams take every text, and no failure of theirs stop a command."""
    sys.stdout = _prepared(sys.stdout, 1)
    sys.stderr = _prepared(sys.stderr, 2)


def _prepared(stream: TextIO | None, descriptor: int) -> TextIO:
    if stream is None:
        # Without it the next file that is opened would become the standard output.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != descriptor:
            os.dup2(nowhere, descriptor)
            os.close(nowhere)
        closed = _Output(io.FileIO(descriptor, "wb", closefd=False), encoding="utf-8")
        closed.failure = OSError(errno.EBADF, os.strerror(errno.EBADF))
        return closed
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # of a program that calls the command, such as a test
    # A terminal that cannot show a sign, such as a Chinese one, shows another instead.
    return _Output(
        stream.detach(),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
    )


def failure_of_stdout() -> str:
    """Say what was lost of the standard output; empty if nothing was, or nobody reads on."""
    if isinstance(sys.stdout, _Output):
        sys.stdout.flush()
        error = sys.stdout.failure
        if error is not None and error.errno not in (errno.EPIPE, errno.EINVAL):
            return (
                f"what there was to say could not be shown, as the standard output takes nothing "
                f"({error.strerror})"
            )
    return ""


def is_lost() -> bool:
    """Tell whether something of the standard output was lost."""
    return isinstance(sys.stdout, _Output) and sys.stdout.failure is not None
