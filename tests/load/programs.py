"""The app's own code for the test of many programs, as ``inside`` is for others.

``python -m tests.load.programs doors 16`` prints a token for each of so many people, and what
they work on; ``... kept ASSESSMENT`` what is there of it afterwards.
"""

import json
import sys
from collections import Counter

from tests.load import inside  # sets Django up

from compliance.proof.audit import trail, verification  # isort: skip
from compliance.models import (  # isort: skip
    Action,
    Assessment,
    Comment,
    Event,
    Evidence,
    Proposal,
)
from compliance.identity.tokens.actions import make_token  # isort: skip
from tests.support import factories  # isort: skip

SCOPES = ["answer", "comment", "propose", "trail"]


def doors(people):
    organisation = factories.make_organisation("Load", "load")
    staff = [inside.make_editor(organisation, place) for place in range(int(people))]
    edition = factories.make_edition(questions=40, sections=4)
    assessment = factories.make_assessment(organisation, staff[0], edition)
    tokens = [
        make_token(by=one, organisation=organisation, name="Many", scopes=SCOPES, days=30)[1] for one in staff
    ]
    answers = list(assessment.answers.order_by("pk").values_list("pk", flat=True))
    door = {"tokens": tokens, "answers": answers, "edition": edition.pk}
    return door | {"assessment": str(assessment.pk)}


def kept(assessment_id):
    """Texts of everything that was made, notes in the trail, and whether it is whole."""
    assessment = Assessment.objects.get(pk=assessment_id)
    events = list(Event.objects.filter(scope_id=assessment_id))
    sides = [(one.action, trail.changes(one)) for one in events]
    fault = verification.verify(assessment.organisation_id)
    return {
        "notes": [
            after["note"] for action, (_, after) in sides if action == "answer.saved" and "note" in after
        ],
        "before": [
            before["note"]
            for action, (before, after) in sides
            if action == "answer.saved" and "note" in after
        ],
        "refused": Counter(action for action, _ in sides)["answer.refused"],
        "standing": list(assessment.answers.values_list("note", flat=True)),
        "comments": list(Comment.objects.values_list("text", flat=True)),
        "actions": list(Action.objects.values_list("title", flat=True)),
        "evidence": list(Evidence.objects.values_list("title", flat=True)),
        "proposals": list(Proposal.objects.values_list("pk", flat=True)),
        "fault": str(fault or ""),
    }


if __name__ == "__main__":
    command, *given = sys.argv[1:]
    print(json.dumps({"doors": doors, "kept": kept}[command](*given)))  # noqa: T201
