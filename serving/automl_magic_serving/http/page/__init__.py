"""page: the server's home page, with a form to try each deployment."""

from automl_magic_serving.http.page.page import POLICY, page

__all__ = ["POLICY", "page"]
