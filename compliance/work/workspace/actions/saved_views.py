"""Keeping a view of an assessment under a name: a filter, a search, a section.

Views leave no event on the trail: they change nothing of the assessment.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from compliance.identity.organisations.models import User
from compliance.proof.audit.transaction import attempt, writing
from compliance.work.assessments.models import Assessment
from compliance.work.workspace.models import SavedView

MOST = 40
"""Views that one person keeps of one assessment: they stand in a menu."""
TAKEN = "You have a view of this name already."


def keep_view(*, by: User, assessment: Assessment, name: str, address: str, is_shared: bool) -> SavedView:
    """Keep an address under a name of the person's own; the view.

    The same once more is no fault. Raises ``ValidationError`` when the name is taken,
    the address does not fit or there are too many.
    """
    mine = assessment.saved_views.filter(user=by)
    view = SavedView(assessment=assessment, user=by, name=name, address=address, is_shared=is_shared)
    longest = SavedView._meta.get_field("address").max_length or 0
    if len(address) > longest:
        msg = "This search is too long to save. Shorten it."
        raise ValidationError(msg)
    with writing():
        if same := mine.filter(name=name, address=address).first():
            return same
        if mine.count() >= MOST:
            msg = f"{MOST} views can be saved at most. Remove one first."
            raise ValidationError(msg)
        _save(view)
    return view


def change_view(*, by: User, view: SavedView, name: str, is_shared: bool) -> None:
    """Give one's own view another name, or share it; raises ``ValidationError``."""
    _refuse_others(by, view)
    view.name, view.is_shared = name, is_shared
    with writing():
        _save(view)


def remove_view(*, by: User, view: SavedView) -> None:
    """Remove one's own view; the questions it shows stay as they are."""
    _refuse_others(by, view)
    with writing():
        view.delete()


def _refuse_others(by: User, view: SavedView) -> None:
    if view.user_id != by.pk:
        msg = "This view belongs to someone else."
        raise ValidationError(msg)


def _save(view: SavedView) -> None:
    try:
        with attempt():
            view.full_clean(exclude=["assessment", "user"], validate_constraints=False)
            view.save()
    except IntegrityError as error:
        raise ValidationError({"name": TAKEN}) from error
