"""deploy: ModelVersion → Deployment: the deployment file, and the signed folder of a version.

file     the deployment file, whose errors name the line
schema   the same as a JSON Schema, for editors
staging  a version's files with their approval, where servers load them
ready    the proof that a version is approved and staged
routing  what is asked for, as a deployment and as a route
results  what is shown of a deployment
"""

from automl_magic.deploy.file import SUFFIXES, parse_deployment, read_deployment_file
from automl_magic.deploy.staging import stage, staged

__all__ = ["SUFFIXES", "parse_deployment", "read_deployment_file", "stage", "staged"]
