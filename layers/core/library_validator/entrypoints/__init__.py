"""Entrypoints: a request or an event becomes a call of the core, and its result becomes an answer."""
