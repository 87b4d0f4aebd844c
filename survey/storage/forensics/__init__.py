"""Looking at a database from outside, as somebody does who stole it: raw facts, no judgement.

Nothing here writes. What the facts mean, and whether they are wrong, is said in `survey.services`.
"""
