"""Formatting of values and tables as text and HTML, shared by all frontends.

All data is escaped.
"""
