"""runs: plan folders, tracked runs of their notebooks, and the runs' artifacts and results."""
