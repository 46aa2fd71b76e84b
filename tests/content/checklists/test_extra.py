"""The large matter that an import keeps beside an edition is not read with each page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.factories import make_assessment, make_edition

COLUMN = '"compliance_edition"."extra"'


@pytest.mark.parametrize(
    "path",
    [
        "/o/acme/",
        "/o/acme/assessments/",
        "/o/acme/checklists/",
        "{assessment}mine/",
        "{assessment}",
        "{assessment}answers/{answer}/panel/guidance/",
    ],
)
def test_page_leaves_what_is_kept_beside_an_edition_where_it_is(cast, sign_in, path):
    assessment = make_assessment(cast.acme, cast.ada, make_edition())
    answer = assessment.answers.first()
    assessment.answers.update(owner=cast.ada)
    url = path.format(assessment=assessment.get_absolute_url(), answer=answer.pk)
    client = sign_in(cast.ada)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url)
    assert page.status_code == 200, url
    read = [one["sql"] for one in queries if COLUMN in one["sql"]]
    assert read == []
