"""Runs, trials and scores."""
