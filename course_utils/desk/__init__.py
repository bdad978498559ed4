"""The student's desk: own copies of the lessons, an index, and the class's progress.

| file | what it answers |
|---|---|
| `merging` | how a new edition comes into a copy that was worked in |
| `laying` | what lies in the student's folder, and how it is kept |
| `index` | the page that shows where I am |
| `progress` | what one student, or a class, has solved |
"""

from course_utils.desk.index import where_am_i, write_index
from course_utils.desk.laying import Laid, lay, write_lab_settings
from course_utils.desk.progress import OfClass, class_csv, class_table, progress_table

__all__ = [
    "Laid",
    "OfClass",
    "class_csv",
    "class_table",
    "lay",
    "progress_table",
    "where_am_i",
    "write_index",
    "write_lab_settings",
]
