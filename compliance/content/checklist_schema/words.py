"""The kinds of text, key and number that seed files are made of."""

from collections.abc import Callable
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from compliance.content.legal_index.choices import Force, ProvisionStatus
from compliance.ground.web.text import validate_line, validate_text

BOUNDS = 1_000_000_000
RENAMED = {
    "check": "how_to_check",
    "partly": "when_partly",
    "mistake": "common_mistake",
    "evidence": "evidence_hints",
    "applies": "rule",
}
"""Names of a question's fields in section files."""


def _by(validate: Callable[[str], None], *, needed: bool) -> Callable[[str], str]:
    def checked(value: str) -> str:
        value = value.strip()
        if needed and not value:
            msg = "is empty"
            raise ValueError(msg)
        try:
            validate(value)
        except ValidationError as fault:
            raise ValueError(fault.messages[0]) from None
        return value

    return checked


def _with_words(rule: Any) -> Any:
    """A rule with YAML's true and false turned back into the yes and no of a fact."""
    if isinstance(rule, bool):
        return "yes" if rule else "no"
    if isinstance(rule, list):
        return [_with_words(part) for part in rule]
    if isinstance(rule, dict):
        return {key: _with_words(value) for key, value in rule.items()}
    return rule


Line = Annotated[str, AfterValidator(_by(validate_line, needed=True))]
Prose = Annotated[str, AfterValidator(_by(validate_text, needed=True))]
Aside = Annotated[str, AfterValidator(_by(validate_text, needed=False))]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]
QuestionKey = Annotated[str, Field(pattern=r"^[A-Z]{1,4}[0-9]{3}[a-z]?$")]
Short = Annotated[Line, Field(max_length=80)]
Title = Annotated[Line, Field(max_length=120)]
Url = Annotated[Line, Field(pattern=r"^https://[^\s]+$", max_length=300)]
Bound = Annotated[int | float, Field(ge=-BOUNDS, le=BOUNDS, allow_inf_nan=False)]
Rule = Annotated[dict[str, Any], BeforeValidator(_with_words)]
Binding = Annotated[Force, Field(strict=False)]
Status = Annotated[ProvisionStatus, Field(strict=False)]


class Part(BaseModel):
    """The common base of all parts of a file: nothing unknown, nothing guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def needs_choices(choices: list[Any], *, wanted: bool, kind: str) -> None:
    """Refuse choices where none belong, and fewer than two where they do."""
    if wanted and len(choices) < 2:
        msg = f"kind {kind} needs two choices or more"
        raise ValueError(msg)
    if choices and not wanted:
        msg = f"kind {kind} takes no choices"
        raise ValueError(msg)
