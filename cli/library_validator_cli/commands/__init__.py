"""The commands: a module for each command or group, which ``register`` adds to the application."""
