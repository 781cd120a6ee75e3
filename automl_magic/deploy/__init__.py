"""Deployments: the deployment file, and the signed folder of a model version.

file     parse the deployment file, with line numbers in errors
schema   JSON Schema of the deployment file, for editors
staging  copy a version's files and approval to where servers load them
ready    versions that are approved and staged
routing  the deployment and route for a request
results  results of commands on deployments
"""

from automl_magic.deploy.deployment_file import SUFFIXES, parse_deployment, read_deployment_file
from automl_magic.deploy.staging import find_staged, stage

__all__ = ["SUFFIXES", "find_staged", "parse_deployment", "read_deployment_file", "stage"]
