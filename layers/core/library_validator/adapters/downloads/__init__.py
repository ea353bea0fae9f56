"""The world outside, over HTTP."""
