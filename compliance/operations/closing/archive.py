"""Write all of an organisation into one ZIP, part by part, in bounded memory."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import models
from django.template import Context, Engine
from django.utils import timezone

from compliance.assurance.bundles import bundle_export
from compliance.assurance.bundles.bundle_export import Listen
from compliance.assurance.bundles.zip_writer import Pack
from compliance.assurance.reviews.models import SignOff
from compliance.content.checklist_files.actions import sheet_of
from compliance.content.checklists.models import Edition
from compliance.content.evidence import storage
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.safe_names import clean_name
from compliance.content.formats import own
from compliance.ground.web import file_store
from compliance.ground.web.bucket import AwayError
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.proof.audit import checkpoints, export
from compliance.proof.audit.columns import Proven, hidden_in, plain, proof_of
from compliance.reporting.reports import storage as report_files
from compliance.reporting.reports.models import Report, ReportStatus
from compliance.work.snapshots.snapshot import to_read

BESIDE = {SignOff}
"""Tables without events that belong into the archive: bundles bring rows into them."""


def write_archive(organisation: Organisation, file: BinaryIO, desk: Path, listen: Listen) -> None:
    """Write the archive; ``desk`` is a folder for one bundle at a time.

    A file that is gone or damaged is listed in the archive and stops nothing: an
    organisation can always take away what is there.
    """
    with Pack(file) as pack:
        _Writing(organisation, pack, desk, listen).write()
        pack.finish()


class _Writing:
    """The parts of one archive, their index, and the people whom they name."""

    def __init__(self, organisation: Organisation, pack: Pack, desk: Path, listen: Listen) -> None:
        self._organisation, self._pack = organisation, pack
        self._desk, self._listen = desk, listen
        self._people = set[int]()
        self._missing: list[dict[str, str]] = []
        self._index = dict[str, list[dict[str, Any]]]()

    def write(self) -> None:
        self._index["assessments"] = list(self._assessments())
        self._index["checklists"] = list(self._checklists())
        self._index["evidence"] = list(self._evidence())
        self._index["reports"] = list(self._reports())
        self._listen("Writing tables", 90)
        for model in sorted(owned(), key=lambda one: str(one._meta.model_name)):
            if isinstance(proof_of(model), Proven) or model in BESIDE:
                name = f"tables/{model._meta.model_name}.jsonl"
                self._pack.add_lines(name, self._lines(model))
        self._pack.add("people.json", _json(self._people_named()))
        self._pack.add("organisation.json", _json(self._organisation_fields()))
        self._listen("Writing the trail", 94)
        self._trail()
        self._pack.add("index.json", _json(self._index | {"missing": self._missing}))
        self._pack.add("README.txt", self._readme())

    def _assessments(self) -> Iterator[dict[str, Any]]:
        rows = self._organisation.assessments.order_by("started_at", "pk")
        keys = list(rows.values_list("pk", flat=True))
        for at, pk in enumerate(keys, 1):
            self._listen(f"Assessment {at} of {len(keys)}", 2 + (at - 1) * 50 // len(keys))
            said = str(to_read(pk))
            name = f"assessments/{at:03d} {clean_name(said)}.zip"
            made = self._desk / "bundle"
            try:
                with made.open("w+b") as bundle:
                    written = bundle_export.write(bundle_export.read(pk), bundle)
            except ValidationError as error:
                _refuse_away(error)
                self._miss(name, " ".join(error.messages))
                continue
            sha256, _ = self._pack.add_file(name, file_store.chunks(made), made.stat().st_size)
            made.unlink()
            yield {
                "file": name,
                "id": str(pk),
                "title": said,
                "content_hash": written.content_hash,
                "sha256": sha256,
            }

    def _checklists(self) -> Iterator[dict[str, Any]]:
        self._listen("Writing checklists", 52)
        rows = Edition.objects.filter(checklist__organisation=self._organisation)
        rows = rows.select_related("checklist__theme").order_by("checklist__key", "pk")
        for edition in rows.iterator(chunk_size=1):
            title = f"{edition.checklist.key} {edition.number}"
            name = f"checklists/{edition.pk} {clean_name(title)}.yaml"
            self._pack.add(name, own.write_yaml(sheet_of(edition)))
            yield {"file": name, "title": edition.checklist.title}

    def _evidence(self) -> Iterator[dict[str, Any]]:
        """Each file once, however many pieces of evidence have its bytes."""
        rows = Evidence.objects.filter(organisation=self._organisation)
        files = rows.exclude(sha256="").order_by("sha256", "added_at")
        whole, done, last = files.count() or 1, 0, ""
        found = files.values_list("sha256", "size_bytes", "file_name", "title")
        for sha256, size_bytes, file_name, title in found.iterator(chunk_size=500):
            done += 1
            if sha256 == last:
                continue
            last = sha256
            self._listen(f"Evidence {done} of {whole}", 54 + done * 26 // whole)
            name = f"evidence/{sha256} {clean_name(file_name)}"
            try:
                file = storage.open_kept(self._organisation.pk, sha256)
            except storage.StorageError as error:
                _refuse_away(error)
                self._miss(name, " ".join(error.messages))
                continue
            with file:
                self._pack.add_file(name, file_store.pieces(file), size_bytes or 0)
            yield {"file": name, "title": title, "sha256": sha256}

    def _reports(self) -> Iterator[dict[str, Any]]:
        rows = Report.objects.of(self._organisation).filter(status=ReportStatus.DONE)
        rows = rows.for_page().order_by("asked_at", "pk")
        whole = rows.count() or 1
        for at, report in enumerate(rows.iterator(chunk_size=200), 1):
            self._listen(f"Report {at} of {whole}", 80 + at * 10 // whole)
            title = f"{report.assessment}, report {report.number}"
            name = f"reports/{at:04d} {clean_name(title)}.pdf"
            path = report_files.path_of(report.sha256)
            if not report_files.is_good(path):
                self._miss(
                    name,
                    "The file is missing, or has been changed since it was sealed.",
                )
                continue
            self._pack.add_file(name, file_store.chunks(path), report.size_bytes or 0)
            yield {"file": name, "title": title, "sha256": report.sha256}

    def _lines(self, model: type[models.Model]) -> Iterator[str]:
        """The rows of a table as JSON, without secrets such as the hash of a token."""
        hidden = hidden_in(model)
        fields = [f for f in model._meta.concrete_fields if f.column not in hidden]
        named = [at for at, f in enumerate(fields) if f.related_model is User]
        rows = rows_of(model, self._organisation.pk).order_by("pk")
        columns = [str(field.column) for field in fields]
        found = rows.values_list(*(field.attname for field in fields))
        for row in found.iterator(chunk_size=1000):
            self._people |= {row[at] for at in named if row[at]}
            values = zip(columns, map(plain, row), strict=True)
            yield json.dumps(dict(values), ensure_ascii=False, default=str)

    def _people_named(self) -> list[dict[str, Any]]:
        """Members with address and role; all others whom rows name, with their name."""
        members = self._organisation.memberships.with_people()
        roles = {member.user_id: member for member in members}
        rows = User.objects.filter(pk__in=self._people | set(roles)).order_by("pk")
        return [
            {"id": person.pk, "name": person.name}
            | ({"email": person.email, "role": roles[person.pk].role} if person.pk in roles else {})
            for person in rows
        ]

    def _organisation_fields(self) -> dict[str, Any]:
        policy = self._organisation.policy
        return {
            "id": str(self._organisation.pk),
            "name": self._organisation.name,
            "slug": self._organisation.slug,
            "made_at": plain(self._organisation.created_at),
            "policy": {
                field.name: plain(getattr(policy, field.attname))
                for field in policy._meta.concrete_fields
                if not field.primary_key
            },
        }

    def _trail(self) -> None:
        chain = self._organisation.pk
        # Its proof leads to a signed checkpoint, so there has to be a new one.
        checkpoints.checkpoint_safely(chain)
        lines = export.whole(chain, self._organisation.name)
        self._pack.add_lines("trail.jsonl", (line.rstrip("\n") for line in lines))
        with suppress(FileNotFoundError):
            kept = checkpoints.path_of(chain).read_bytes()
            self._pack.add("trail.jsonl.checkpoints", kept)
        for name, content in export.checker().items():
            self._pack.add(name, content)

    def _miss(self, name: str, why: str) -> None:
        self._missing.append({"file": name, "why": why})

    def _readme(self) -> bytes:
        context = {
            "organisation": self._organisation,
            "now": timezone.now(),
            "index": self._index,
            "missing": self._missing,
            "key": checkpoints.verifier(self._organisation.pk),
            "retired": checkpoints.retired_verifiers(self._organisation.pk),
        }
        page = Engine.get_default().get_template("operations/closing/archive_readme.txt")
        words = page.render(Context(context, autoescape=False))
        return f"{words.rstrip()}\n".encode()


def _refuse_away(error: ValidationError) -> None:
    """Nothing is missing for certain where its file could only not be read now."""
    if isinstance(error, storage.StorageError) and error.code != storage.DAMAGED:
        raise AwayError(" ".join(error.messages)) from error


def _json(value: Any) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=1)}\n".encode()
