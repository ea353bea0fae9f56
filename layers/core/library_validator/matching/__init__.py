"""Applicant against registry entry: normalization, blocking keys, field comparisons, match weights."""
