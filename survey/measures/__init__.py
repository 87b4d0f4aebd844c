"""The statistics of a group (statistics.md, part B), vectorised over all groups at once."""
