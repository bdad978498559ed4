"""Whatever stops a command is one line on the standard error, and an exit code that isn't 0."""

from __future__ import annotations

import errno
import os
from typing import Any

import click

from course_utils.execution import failures

TRACEBACK = "CNN_COURSE_TRACEBACK"
_REMEDIES = {
    errno.ENOSPC: "free some space, or choose another folder",
    errno.EDQUOT: "free some space, or choose another folder",
    errno.EROFS: "choose another folder, with --output",
    errno.EACCES: "choose another folder, with --output",
    errno.EPERM: "choose another folder, with --output",
    errno.ENOTDIR: "a file is where a folder should be",
    errno.EEXIST: "a file is where a folder should be",
    errno.EISDIR: "a folder is where a file should be",
    errno.EMFILE: "run fewer notebooks at once, with --jobs",
    errno.ENOMEM: "close other programs",
}


def explained(error: OSError) -> str:
    """Say what the system refused, for which file, and what to do about it."""
    remedy = _REMEDIES.get(error.errno or 0)
    said = failures.of_an_os_error(error)
    return f"{said} ({remedy})" if remedy else said


class Course(click.Group):
    """A group of commands that shows no traceback, unless ``CNN_COURSE_TRACEBACK`` is set."""

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except OSError as error:
            if error.errno == errno.EPIPE or os.environ.get(TRACEBACK):
                raise
            raise click.ClickException(explained(error)) from error
        except MemoryError as error:
            if os.environ.get(TRACEBACK):
                raise
            raise click.ClickException("too little memory: close other programs") from error
        except Exception as error:
            if os.environ.get(TRACEBACK):
                raise
            said = failures.error_line(type(error).__name__, str(error))
            raise click.ClickException(
                f"{said}. This should not happen. To see where it did, set {TRACEBACK}=1 and "
                "try again"
            ) from error
