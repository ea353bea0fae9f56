"""The HTTP interface: events of an HTTP API (payload format 2.0) in, answers out. Not deployed yet."""
