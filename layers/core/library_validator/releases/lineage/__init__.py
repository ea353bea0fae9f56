"""Systems and outlets are followed from release to release."""
