"""A release is read from a zip that nobody has checked."""
