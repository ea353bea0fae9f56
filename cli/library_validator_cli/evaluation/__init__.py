"""How often the product is right, and how often it errs in each direction, on labelled applications."""
