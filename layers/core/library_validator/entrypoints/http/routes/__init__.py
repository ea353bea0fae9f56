"""Handlers of the routes, a module for each noun."""
