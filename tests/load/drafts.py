"""Changes to a draft and to the law in which a process is killed, as ``killing`` does it.

``python -m tests.load.drafts statements 4`` and ``... moments 50`` say the same of these.
"""

import sys

from tests.load import killing  # sets Django up

from compliance.content.checklists import actions, content  # isort: skip
from compliance.content.editor import actions as editor  # isort: skip
from compliance.work.law_changes.actions import amend_law  # isort: skip
from compliance.content.publishing import actions as publishing  # isort: skip
from compliance.content.legal_index.actions import mark_of  # isort: skip
from compliance.models import Edition, Event, Provision  # isort: skip
from tests.support import factories  # isort: skip


class World:
    """The acts on a clone whose original has a newer edition, one after the other."""

    def __init__(self):
        cast = factories.make_cast()
        self.ada, original = cast.ada, factories.make_checklist("law")
        law = factories.make_provision("Law Art. 1")
        base = factories.make_draft(killing.QUESTIONS, 3, checklist=original)
        for question in base.questions.all():
            question.citations.create(provision=law, position=1)
        factories.publish(base)
        factories.make_assessment(cast.acme, cast.ada, base)
        draft = publishing.clone(by=cast.ada, organisation=cast.acme, edition_id=base.pk)
        self.given = {
            "by": cast.ada,
            "organisation": cast.acme,
            "edition_id": draft.pk,
        }
        newer = factories.make_draft(killing.QUESTIONS + 6, 3, checklist=original, number="2026.2")
        newer.questions.filter(position__lte=6).update(text="Do they say so?")
        actions.publish(by=None, edition=newer)
        self.newer = newer
        self.acts = {
            "name roles": self.name_roles,
            "replace": self.replace,
            "undo the replacing": self.undo,
            "merge": self.merge,
            "undo the merge": self.undo,
            "change the law": self.change_law,
        }

    @property
    def draft(self):
        return Edition.objects.get(pk=self.given["edition_id"])

    @property
    def seen(self):
        return content.content_hash(content.document(self.draft))

    def name_roles(self):
        values = {"role_fact": "data", "roles": {"health": "Keeper"}}
        editor.save_head(**self.given, version=self.draft.version, values=values)

    def replace(self):
        words = {"find": "duty", "put": "care"}
        editor.replace_all(**self.given, **words, seen=self.seen)

    def undo(self):
        last = Event.objects.filter(subject_label="edition").latest("at")
        editor.undo(**self.given, seq=last.seq)

    def merge(self):
        taken = [f"Q{at}" for at in range(1, killing.QUESTIONS + 7)]
        given = self.given | {"newer_id": self.newer.pk, "seen": self.seen}
        publishing.merge(**given, taken=taken)

    def change_law(self):
        row = Provision.objects.select_related("instrument").get()
        amend_law(
            by=self.ada,
            provision_id=row.pk,
            values={"status": "repealed"},
            reason="It ended.",
            seen=mark_of(row),
        )


if __name__ == "__main__":
    killing.main(World().acts, *sys.argv[1:])
