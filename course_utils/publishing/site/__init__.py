"""The course's site: every notebook a page, with search, glossary and a map of the course."""

from course_utils.publishing.site.building import SiteError, build_site
from course_utils.publishing.site.repository import (
    Repository,
    configured_address,
    parse_repository,
)

__all__ = ["Repository", "SiteError", "build_site", "configured_address", "parse_repository"]
