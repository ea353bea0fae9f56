"""Views as tables for a terminal. Only this package, ``commands`` and ``terminal`` know rich."""
