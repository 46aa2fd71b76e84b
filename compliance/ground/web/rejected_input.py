"""Returns the text typed into a form that no longer exists."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.forms import Form


@dataclass(frozen=True, slots=True)
class Unsent:
    """Why it was not sent, and the texts that were typed, each with its label."""

    faults: tuple[str, ...]
    typed: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        """Whether there is anything to say or to give back."""
        return bool(self.faults or self.typed)


def unsent(form: Form, *names: str, faults: Iterable[str] = ()) -> Unsent:
    """The texts in some fields of a form that was refused.

    ``faults`` say why; without them its own do.
    """
    own = dict.fromkeys(str(one) for said in form.errors.values() for one in said)
    typed = ((form[name].label, form[name].value() or "") for name in names)
    return Unsent(
        tuple(faults) or tuple(own),
        tuple((str(label), str(text)) for label, text in typed if str(text).strip()),
    )
