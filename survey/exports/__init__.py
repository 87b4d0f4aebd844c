"""A report as a file to take along."""
