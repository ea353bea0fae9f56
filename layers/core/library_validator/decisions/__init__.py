"""Applications and the answers to them: policy, reasons, decisions, events."""
