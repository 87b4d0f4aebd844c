"""The only door out of the core: what may be shown of a group, and how precisely."""
