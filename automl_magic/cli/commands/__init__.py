"""Subcommands of `automl`, one per module."""
