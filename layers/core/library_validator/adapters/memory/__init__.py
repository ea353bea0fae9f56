"""Twins of the AWS adapters in memory. The same contract tests run against both."""
