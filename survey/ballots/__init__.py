"""Codes, the packing of answers, sealing and keys: the only place that touches cryptography.

No table, no file but those of the key folder, and no page belongs here.
"""
