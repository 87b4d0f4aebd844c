"""The base of every error that a person is told about.

Each failure is a class of its own, beside the code that raises it; its docstring is the sentence
shown, with the keyword arguments filled in, in the language of whoever is told. Nothing else
belongs here.
"""

from inspect import cleandoc

from survey.language import gettext


class UserError(Exception):
    """Something went wrong."""

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.sentence().format(**details))

    @classmethod
    def sentence(cls) -> str:
        """Return the sentence in English, with the names of what is filled in."""
        return " ".join(cleandoc(cls.__doc__ or "").split())

    def __str__(self) -> str:
        """Return what is told, in the language of this moment."""
        return gettext(self.sentence()).format(**self.details)
