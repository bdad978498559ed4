"""Pages of executed notebooks that a browser shows without internet."""

from course_utils.publishing.index import IndexEntry, write_index
from course_utils.publishing.page import page, write_document, write_page

__all__ = ["IndexEntry", "page", "write_document", "write_index", "write_page"]
