"""Imported answers: who counts as their author here, for four eyes."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from compliance.identity.organisations.models import Organisation, User
from compliance.work.assessments.choices import TALKED
from compliance.work.assessments.models import (
    Answer,
    Assessment,
    Namesake,
    NamesakeSaid,
    Origin,
)


class Outside:
    """The authors that an assessment came with; none for one that began here.

    ``answers`` are the ids of the answers that came saying something, the rule that
    they do not apply included. ``by_id`` is the person who imported them.
    """

    def __init__(self, assessment: Assessment) -> None:
        origin = Origin.objects.filter(assessment=assessment).first()
        self.answers: frozenset[int] = frozenset()
        self.names: dict[int, Namesake] = {}
        self.by_id: int | None = None
        self._preparers: dict[str, list[int]] = {}
        if origin:
            self.answers = frozenset(origin.stated["outside"])
            self.names = {row.account_id: row for row in origin.namesakes.all()}
            self.by_id = origin.brought_by_id
            self._preparers = origin.stated["hands"]

    def preparers(self, answer_id: int) -> frozenset[int]:
        """People behind an imported answer: those of the bundle, and their members here."""
        if answer_id not in self.answers:
            return frozenset()
        return self.stand_for(self._preparers.get(str(answer_id), ()) or [None])

    def stand_for(self, people: Iterable[int | None]) -> frozenset[int]:
        """The people and who answers for them here: they themselves, else the bringer.

        Without a yes from here a name is the word of the importer: a file can call
        anybody the author of anything.
        """
        found = set(people)
        for pk in people:
            name = self.names.get(pk) if pk else None
            if name and name.is_vouched:
                found.add(name.member_id)
            elif name or pk is None:
                found.add(self.by_id)
        return frozenset(pk for pk in found if pk is not None)


def is_own(by: User, said_by: User, assessment: Assessment) -> bool:
    """Whether a word in an assessment is a person's own, also under another name."""
    return by == said_by or by.pk in Outside(assessment).stand_for([said_by.pk])


def own(by: User, said_by: str, assessment: str) -> Q:
    """The same as a condition on rows: ``said_by`` and ``assessment`` name their fields."""
    vouched = Namesake.objects.vouched()
    theirs = vouched.filter(member=by).values("account")
    nobodies = Namesake.objects.exclude(pk__in=vouched).values("account")
    brought = Q(**{f"{assessment}__brought_from__brought_by": by})
    return Q(**{said_by: by}) | Q(**{f"{said_by}__in": theirs}) | brought & Q(**{f"{said_by}__in": nobodies})


def names_of(user: User, organisation: Organisation) -> QuerySet[Namesake]:
    """Names in bundles of an organisation that someone is asked about, or was."""
    rows = Namesake.objects.filter(member=user, origin__organisation=organisation)
    return rows.exclude(said=NamesakeSaid.KNOWN)


def asked_of(user: User, organisation: Organisation) -> QuerySet[Namesake]:
    """Those that wait for their yes, joined for a page.

    Nobody is asked while the assessment is signed or archived: no yes is kept then.
    """
    rows = names_of(user, organisation).filter(said=NamesakeSaid.WAITS, origin__assessment__status__in=TALKED)
    joined = rows.select_related(
        "account",
        "origin__brought_by",
        "origin__assessment__organisation",
        "origin__assessment__edition__checklist",
    )
    return joined.defer("origin__assessment__edition__extra").order_by("pk")


def answers_of(name: Namesake) -> QuerySet[Answer]:
    """Answers of someone of a bundle."""
    preparers = name.origin.stated["hands"]
    ids = [int(pk) for pk, people in preparers.items() if name.account_id in people]
    rows = Answer.everything.filter(assessment=name.origin.assessment_id, pk__in=ids)
    return rows.select_related("question").order_by("question__position", "pk")
