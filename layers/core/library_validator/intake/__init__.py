"""Reads single applications from the files that portals and spreadsheets export."""
