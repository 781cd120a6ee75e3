"""openapi: the OpenAPI 3.1 document, made from the schemas of the models that serve now.

columns    what a column takes, as JSON Schema
pieces     what the document says more than once: the form of errors, parameters, tensors
document   every operation; batch: those on files
"""

from automl_magic_serving.http.openapi.document import openapi_document

__all__ = ["openapi_document"]
