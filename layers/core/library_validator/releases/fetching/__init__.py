"""Sources of releases are asked for a newer release."""
