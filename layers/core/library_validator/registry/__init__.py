"""The registry: an index of all accepted releases, built beside the live one and flipped once."""
