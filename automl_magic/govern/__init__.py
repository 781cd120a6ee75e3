"""govern: Candidate → approved ModelVersion: keys, signatures, approvals, audit, aliases."""
