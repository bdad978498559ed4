"""``python -m course_utils``: run, refresh, check the course and fetch its data."""

import sys

from course_utils.commands import course

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign, such as a Chinese one, shows another instead.
        stream.reconfigure(errors="replace")
    course(prog_name="python -m course_utils")
