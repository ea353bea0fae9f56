"""The command line of library-validator, and the local stack that it runs."""
