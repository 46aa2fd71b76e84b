"""An assessment with every kind of question, and its sheet as a contributor gets it."""

import pytest

from tests.assurance.answer_sheets.making import download, make_kinds


@pytest.fixture
def assessment(cast):
    return make_kinds(cast)


@pytest.fixture
def con(cast, sign_in):
    return sign_in(cast.con)


@pytest.fixture
def content(con, assessment):
    return download(con, assessment)
