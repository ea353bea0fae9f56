"""Answers that are kept true: revalidation, expiry, and what people decide."""
