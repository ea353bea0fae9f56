"""How often the product is right on labelled applications, and how often it is wrong in each direction."""
