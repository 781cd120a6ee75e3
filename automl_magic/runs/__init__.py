"""runs: a plan's folder, a notebook run from it, that run found again, and what came of it."""
