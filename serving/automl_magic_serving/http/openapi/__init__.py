"""openapi: the OpenAPI 3.1 document, built from the schemas of the served models.

columns     columns as JSON Schema
components  reused parts: errors, parameters, tensors
document    all operations; batch: the batch operations
"""

from automl_magic_serving.http.openapi.document import openapi_document

__all__ = ["openapi_document"]
