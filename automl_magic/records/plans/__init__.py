"""Experiments, plans and their decisions."""
