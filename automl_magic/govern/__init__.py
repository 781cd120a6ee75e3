"""Governance: who approved which model version, and which version an alias points to.

policy     permissions, checked inside the transaction of the action
approving  sign and revoke approvals
promoting  move aliases by compare-and-swap, and roll back
mirror     write the aliases to MLflow
results    results of commands that move aliases
"""

from automl_magic.govern.approving import approve, author_of, register, revoke
from automl_magic.govern.mirror import Delivered, deliver
from automl_magic.govern.policy import Decision, Facts, LocalPolicy, Policy, policy_named
from automl_magic.govern.promoting import crown_first, promote, roll_back

__all__ = [
    "Decision",
    "Delivered",
    "Facts",
    "LocalPolicy",
    "Policy",
    "approve",
    "author_of",
    "crown_first",
    "deliver",
    "policy_named",
    "promote",
    "register",
    "revoke",
    "roll_back",
]
