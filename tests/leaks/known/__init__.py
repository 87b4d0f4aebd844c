"""The list of leaks, by the part of the product that somebody would have to change."""
