"""The base of every error that a person is told about.

Each failure is a class of its own, beside the code that raises it; its docstring is the sentence
shown, with the keyword arguments filled in. Nothing else belongs here.
"""

from inspect import cleandoc


class UserError(Exception):
    """Something went wrong."""

    def __init__(self, **details: object) -> None:
        self.details = details
        sentence = " ".join(cleandoc(type(self).__doc__ or "").split())
        super().__init__(sentence.format(**details))
