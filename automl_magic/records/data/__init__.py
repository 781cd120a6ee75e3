"""Datasets and the input schemas of models."""
