"""Adding several files at once: each on its own, with an outcome for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from compliance.content.evidence.actions.adding import add
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.safe_names import clean_name
from compliance.identity.organisations.models import Organisation, User


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one file or link: the evidence, or why there is none.

    ``unused`` says why evidence that was kept is not used where it was meant for.
    """

    name: str
    evidence: Evidence | None = None
    refusal: ValidationError | None = None
    unused: str = ""

    @property
    def fault(self) -> str:
        """Why it was refused, in words."""
        return " ".join(self.refusal.messages) if self.refusal else ""


def add_each(
    *,
    by: User,
    organisation: Organisation,
    uploads: Sequence[UploadedFile],
    url: str = "",
    title: str = "",
    replaces: Evidence | None = None,
    then: Callable[[Evidence], object] | None = None,
    sending: str = "",
    **dates: date | None,
) -> list[Outcome]:
    """Add files, or else a link, each in its own transaction; an outcome for each.

    One that is refused does not keep the others out. ``then`` is called with each
    piece that was kept; what it refuses is named as ``unused``. The same ``sending`` adds
    each once.
    """
    found = []
    each = list[UploadedFile | None](uploads) or [None]
    for upload in each:
        name = clean_name(upload.name or "") if upload else url
        try:
            evidence = add(
                by=by,
                organisation=organisation,
                upload=upload,
                url="" if upload else url,
                title=title,
                replaces=replaces,
                sending=sending,
                **dates,
            )
        except ValidationError as error:
            found.append(Outcome(name, refusal=error))
            continue
        found.append(Outcome(name, evidence, unused=_refused(then, evidence)))
    return found


def _refused(then: Callable[[Evidence], object] | None, evidence: Evidence) -> str:
    try:
        if then:
            then(evidence)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
