"""Compares applicants with registry entries: normalization, blocking keys, comparisons, match weights."""
