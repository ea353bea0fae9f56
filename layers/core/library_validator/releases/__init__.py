"""Releases of the Public Libraries Survey: read, repaired, refused, guarded, and kept over the years."""
