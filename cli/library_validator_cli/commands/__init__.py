"""The commands, one module a group; each module adds its own to the application with ``register``."""
