"""The guard checks whether a release may go live by itself."""
