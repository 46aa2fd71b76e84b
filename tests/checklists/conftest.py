"""A draft of an own checklist, and the owner who edits it."""

import pytest

from tests.factories import make_checklist, make_draft


@pytest.fixture
def draft(cast):
    """Q1 to Q4 in two sections."""
    return make_draft(
        questions=4, sections=2, checklist=make_checklist("own", cast.acme)
    )


@pytest.fixture
def ada(cast, sign_in):
    """Ada's client."""
    return sign_in(cast.ada)
