"""A game day: the service is broken on purpose, and its own commands find the cause and repair it."""
