"""What is wrong with a deployed service: facts that others read, and the findings that follow from them."""
