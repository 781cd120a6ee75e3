"""Governance: who approved which model version, and which version an alias points to.

policy       permissions, checked inside the transaction of the action
approval     sign and revoke approvals
promotion    move aliases by compare-and-swap, and roll back
mlflow_sync  write the aliases to MLflow
results      results of commands that move aliases
"""

from automl_magic.govern.approval import approve, author_of, register, revoke
from automl_magic.govern.mlflow_sync import SyncResult, sync_aliases
from automl_magic.govern.policy import LocalPolicy, Policy, PolicyDecision, PolicyInput, get_policy
from automl_magic.govern.promotion import promote, promote_first, roll_back

__all__ = [
    "LocalPolicy",
    "Policy",
    "PolicyDecision",
    "PolicyInput",
    "SyncResult",
    "approve",
    "author_of",
    "get_policy",
    "promote",
    "promote_first",
    "register",
    "revoke",
    "roll_back",
    "sync_aliases",
]
