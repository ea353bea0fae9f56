"""Releases of the Public Libraries Survey: what a file holds, read, repaired, refused, and kept over the years."""
