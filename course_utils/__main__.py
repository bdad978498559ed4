"""``python -m course_utils``: run, refresh, check the course and fetch its data."""

import sys


def main() -> None:
    """Call the command that the arguments name; see `course_utils.commands`."""
    try:
        from course_utils.commands import course, output
    except KeyboardInterrupt:
        print("Aborted!", file=sys.stderr)
        sys.exit(1)
    output.prepare()
    code: int | str | None = 0
    try:
        course(prog_name="python -m course_utils")
    except SystemExit as exit:
        code = exit.code
    except KeyboardInterrupt:
        print("Aborted!", file=sys.stderr)
        code = 1
    if lost := output.failure_of_stdout():
        print(f"Error: {lost}", file=sys.stderr)
    sys.stderr.flush()
    sys.exit(code or (1 if output.is_lost() else 0))


if __name__ == "__main__":
    main()
