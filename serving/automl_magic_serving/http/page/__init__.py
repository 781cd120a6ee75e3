"""page: what serves here, for people, with a form that asks it."""

from automl_magic_serving.http.page.page import POLICY, page

__all__ = ["POLICY", "page"]
