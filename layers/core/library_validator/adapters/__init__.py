"""Adapters: each connects a Protocol of the domain with a service outside, or with a twin in memory."""
