"""Model versions, approvals, deployments and routes."""
