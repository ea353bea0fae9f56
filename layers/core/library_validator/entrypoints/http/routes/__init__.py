"""The handlers of the routes; each noun of the paths has a module."""
