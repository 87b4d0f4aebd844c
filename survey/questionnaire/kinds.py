"""The kinds of values a questionnaire file is made of: ids, texts, shares, spreads.

Here belong what every table of the file has in common. The tables themselves stand in `shape`.
"""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

ID = r"^[A-Za-z][A-Za-z0-9_]*$"
BAND_ID = r"^[A-Za-z0-9][A-Za-z0-9_]*$"
PRACTICE_ID = r"^[0-9]{2}$"
VERSION = r"^[0-9]+(\.[0-9]+)*$"
IN_WORDS = {
    ID: "must begin with a letter and hold only letters A to Z, digits and _",
    BAND_ID: "must hold only letters A to Z, digits and _",
    PRACTICE_ID: 'must be two digits in quotes, such as "01"',
    VERSION: 'must be a number in quotes, such as "1.0"',
}

Name = dict[str, Annotated[str, Field(max_length=60)]]
Line = dict[str, Annotated[str, Field(max_length=250)]]
Passage = dict[str, Annotated[str, Field(max_length=1000)]]
SAME = ""
"""Stands for the language of a text that is written once for all of them."""
OncePassage = Annotated[
    Passage,
    BeforeValidator(lambda written: {SAME: written} if isinstance(written, str) else written),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": 1000},
                {"type": "object", "additionalProperties": {"type": "string", "maxLength": 1000}},
            ]
        }
    ),
]
"""A text in every language, or one in quotes for all of them."""
Id = Annotated[str, Field(pattern=ID, max_length=32)]
Reference = Annotated[str, Field(max_length=200)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Cut = Annotated[Number, Field(ge=1, le=20)]
Share = Annotated[Number, Field(ge=0, le=1)]
Sure = Annotated[Number, Field(ge=0.5, lt=1)]
Reliability = Annotated[Number, Field(gt=0, lt=1)]
Spread = Annotated[Number, Field(gt=0, le=20)]


class Table(BaseModel):
    """A table of the file. Values are taken as they are written, and no other key is known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    noun: ClassVar[str]
    """How the table is called in a fault."""


def needed(description: str, example: object, **rules: Any) -> Any:
    """Describe a key that must be written, with an example of its value."""
    return Field(description=description, examples=[example], **rules)
