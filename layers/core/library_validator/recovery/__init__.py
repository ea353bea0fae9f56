"""Recovery by the person on call: dead letters, the logs of the functions, and replayed events."""
