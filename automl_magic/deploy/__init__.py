"""Deployments: the deployment file, and the signed folder of a model version.

deployment_file  parse the deployment file, with line numbers in errors
schema           JSON Schema of the deployment file, for editors
staging          copy a version's files and approval to where servers load them
staged_version   versions that are approved and staged
schema_changes   what callers of one version notice when another one serves them
routing          the deployment and route for a request
results          results of commands on deployments
"""

from automl_magic.deploy.deployment_file import SUFFIXES, parse_deployment, read_deployment_file
from automl_magic.deploy.staging import find_staged, stage

__all__ = ["SUFFIXES", "find_staged", "parse_deployment", "read_deployment_file", "stage"]
