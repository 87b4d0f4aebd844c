"""Headwind: is this environment ready to carry a new practice?"""
