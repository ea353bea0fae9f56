"""Releases of the Public Libraries Survey: read, checked, compared over the years, and fetched."""
