"""page: the server's home page, with a form to try each deployment."""

from automl_magic_serving.http.page.page import CONTENT_SECURITY_POLICY, page

__all__ = ["CONTENT_SECURITY_POLICY", "page"]
