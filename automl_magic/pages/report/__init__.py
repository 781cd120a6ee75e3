"""report: an Explanation → a page, and one static HTML file. Draws; computes nothing.

Each section is one file with one function, which takes the whole explanation and its part of it.
"""

from automl_magic.pages.report.document import report_document
from automl_magic.pages.report.page import report_page
from automl_magic.pages.report.reading import Report

__all__ = ["Report", "report_document", "report_page"]
