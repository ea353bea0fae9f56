"""Keeping answers true: revalidation, expiry, and the overrides of people."""
