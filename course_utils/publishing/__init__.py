"""What readers, students and instructors get: pages, slides, a site, handouts, assignments.

| file | what it makes |
|---|---|
| `page`, `index` | the readable page of an executed notebook, and the list of them |
| `slides`, `slides_folder` | a deck for each notebook, HTML and PDF |
| `live_slides` | copies that JupyterLab shows as slides |
| `own_copies` | a student's own copy of a lesson: on the desk, in Colab, to download |
| `handouts`, `handout_papers` | students' and instructor's copies, to work in and on paper |
| `assignments` | exercises for nbgrader |
| `site` | the course as a website |
| `chromium`, `javascript` | the browser and the scripts that these need |
"""

from course_utils.publishing import chromium, javascript
from course_utils.publishing.assignments import CONFIG_NAME, NbgraderMissing, write_assignments
from course_utils.publishing.chromium import ChromiumMissing
from course_utils.publishing.handout_papers import print_copies
from course_utils.publishing.handouts import AUDIENCES, student_copy, write_copies
from course_utils.publishing.index import IndexEntry, write_index
from course_utils.publishing.live_slides import write_lab_settings, write_live_copy
from course_utils.publishing.own_copies import INDEX, lesson_documents, lesson_names, own_copy
from course_utils.publishing.page import page, write_document, write_page
from course_utils.publishing.site import (
    SiteError,
    build_site,
    configured_address,
    parse_repository,
)
from course_utils.publishing.site.openings import Opening, read_openings
from course_utils.publishing.slides import COURSE, Look
from course_utils.publishing.slides_folder import make_slides

__all__ = [
    "AUDIENCES",
    "CONFIG_NAME",
    "COURSE",
    "ChromiumMissing",
    "INDEX",
    "IndexEntry",
    "Look",
    "NbgraderMissing",
    "Opening",
    "SiteError",
    "build_site",
    "chromium",
    "configured_address",
    "javascript",
    "lesson_documents",
    "lesson_names",
    "make_slides",
    "own_copy",
    "page",
    "parse_repository",
    "print_copies",
    "read_openings",
    "student_copy",
    "write_assignments",
    "write_copies",
    "write_document",
    "write_index",
    "write_lab_settings",
    "write_live_copy",
    "write_page",
]
