"""Cells of a monitor notebook without a section."""
