"""Readable in-memory twins of the AWS adapters, held to the same contract tests."""
