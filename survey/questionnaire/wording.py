"""What the validation library finds wrong, said to a consultant.

Here belongs the way from one finding of pydantic to one sentence that says what to do. Nothing of
pydantic's own wording gets through: what is not foreseen here is answered with a description of
the key.
"""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from survey.questionnaire.faults import did_you_mean, listed, quoted
from survey.questionnaire.kinds import IN_WORDS, Table

NUMBERS = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}


def as_toml(value: object) -> str:
    """Return an example value as it is written in a file."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {as_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def kind_of(value: object) -> str:
    """Say what a value of the file is, as in "not a number (3)"."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"a number ({digits(value)})"
    if isinstance(value, str):
        return f"a text ({quoted(value)})"
    if isinstance(value, list):
        return "a list"
    return "a date or time" if isinstance(value, date | time) else "a table"


def digits(number: float) -> str:
    """Write a number down; one with thousands of digits cannot be, and need not."""
    if isinstance(number, int) and abs(number) >= 10**20:
        return "so many digits"
    return str(number)


def limits(field: FieldInfo | None) -> str:
    """Return the range of a number, "at least 0.5 and below 1"."""
    found: dict[str, str] = {}
    for rule in field.metadata if field else ():
        for name, words in NUMBERS.items():
            value = getattr(rule, name, None)
            if value is not None:
                found[name] = words.format(value)
    return " and ".join(found[name] for name in NUMBERS if name in found)


def _example(field: FieldInfo | None) -> str:
    examples = field.examples if field else None
    return as_toml(examples[0]) if examples else ""


def _missing(error: ErrorDetails, field: FieldInfo | None) -> str:
    description = field.description if field else ""
    return f"is missing ({description}); add {error['loc'][0]} = {_example(field)}"


def _not_a_text(error: ErrorDetails, field: FieldInfo | None) -> str:
    choices = _choices(field)
    expected = listed(choices, "or") if choices else "a text in quotes"
    return f"must be {expected}, not {kind_of(error['input'])}"


def _choices(field: FieldInfo | None) -> tuple[str, ...]:
    arguments = get_args(field.annotation) if field else ()
    return tuple(part for part in arguments if isinstance(part, str))


def _choice(error: ErrorDetails, field: FieldInfo | None) -> str:
    choices = _choices(field)
    written = error["input"]
    meant = did_you_mean(written, choices) if isinstance(written, str) else ""
    return f"must be {listed(choices, 'or')}{meant}"


def _pattern(error: ErrorDetails, _field: FieldInfo | None) -> str:
    return f"{IN_WORDS[error['ctx']['pattern']]}, not {quoted(str(error['input']))}"


def _too_long(error: ErrorDetails, _field: FieldInfo | None) -> str:
    most = error["ctx"]["max_length"]
    return f"is too long: {len(error['input'])} characters, {most} at most"


def _per_language(error: ErrorDetails, field: FieldInfo | None) -> str:
    example = _example(field) or '{en = "…"}'
    return f"must be written for each language, such as {example}, not {kind_of(error['input'])}"


def _list(error: ErrorDetails, field: FieldInfo | None) -> str:
    example = _example(field)
    such = f", such as {example}" if example.startswith("[") else ""
    return f"must be a list in square brackets{such}, not {kind_of(error['input'])}"


def _number(error: ErrorDetails, field: FieldInfo | None) -> str:
    within = limits(field)
    number = "a whole number" if field and field.annotation is int else "a number"
    value = error["input"]
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    written = digits(value) if plain else kind_of(value)
    return f"must be {number}{', ' + within if within else ''}, not {written}"


def _table(error: ErrorDetails, _field: FieldInfo | None) -> str:
    return f"must be a table with keys and values, not {kind_of(error['input'])}"


Saying = Callable[[ErrorDetails, FieldInfo | None], str]
SAYINGS: Mapping[str, Saying] = {
    "missing": _missing,
    "literal_error": _choice,
    "string_type": _not_a_text,
    "string_pattern_mismatch": _pattern,
    "string_too_long": _too_long,
    "dict_type": _per_language,
    "list_type": _list,
    "too_long": lambda error, _: f"names more than {error['ctx']['max_length']}; that is too many",
    "too_short": lambda *_: "is an empty list; name at least one",
    "int_type": _number,
    "int_from_float": _number,
    "float_type": _number,
    "finite_number": _number,
    "greater_than": _number,
    "greater_than_equal": _number,
    "less_than": _number,
    "less_than_equal": _number,
    "model_type": _table,
}


def _unforeseen(_error: ErrorDetails, field: FieldInfo | None) -> str:
    return f"is not what belongs here: {field.description if field else 'see README.md'}"


def sentence(error: ErrorDetails, model: type[Table]) -> str:
    """Return what to do about one finding in a table."""
    name = error["loc"][0] if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return unknown_key(str(name), model.model_fields)
    field: FieldInfo | None = model.model_fields.get(str(name))
    return SAYINGS.get(error["type"], _unforeseen)(error, field)


def unknown_key(name: str, known: Mapping[str, Any]) -> str:
    """Return what to do about a key that nothing reads."""
    every = f"; known: {listed(known)}" if len(known) <= 12 else "; README.md lists what is"
    return f"is not known here{did_you_mean(name, known, every)}"
