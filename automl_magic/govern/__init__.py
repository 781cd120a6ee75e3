"""govern: ModelVersion → Approval. Says who let which bytes serve, and under which name.

policy     who may do what; asked inside the transaction that does it
approving  signing that a version may serve, and taking that back
promoting  what an alias means, by compare-and-swap, and rolling back
mirror     telling MLflow what the aliases mean
results    what is shown of a change
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
