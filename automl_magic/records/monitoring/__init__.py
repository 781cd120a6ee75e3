"""Drift, alerts, notifications and retraining."""
