"""The registry: an index of all accepted releases, built beside the live version and then made live."""
