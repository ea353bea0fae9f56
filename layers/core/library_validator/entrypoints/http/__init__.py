"""The HTTP interface: it answers events of an HTTP API (payload format 2.0). It is not deployed yet."""
