"""The service on one machine: the local stack, the demo, and the project's virtual environments."""
