"""Is this applicant really a library? Validates applications against the Public Libraries Survey (PLS)."""
