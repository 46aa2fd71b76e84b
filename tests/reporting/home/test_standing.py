"""The state of the organisation: what runs first, by theme; the rest below a fold; the year before."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.content.evidence.actions import describe
from compliance.models import Assessment, Checklist, Theme
from tests.support import factories, signing
from tests.support.page_text import flat

HOME = reverse("home:home", args=["acme"])
LIST = reverse("workspace:list", args=["acme"])


def period(year, first=1, last=12):
    ends = date(year + last // 12, last % 12 + 1, 1) - timedelta(days=1)
    return {"period_from": date(year, first, 1), "period_to": ends}


def make(cast, subject="Acme", status="running", year=2026, **fields):
    edition = fields.pop("edition", None) or factories.make_edition(3)
    fields = period(year) | {"subject": subject, "status": status} | fields
    return factories.make_assessment(cast.acme, cast.ada, edition, **fields)


def answered(assessment, *verdicts):
    for answer, verdict in zip(assessment.answers.order_by("pk"), verdicts, strict=False):
        answer.verdict = verdict
        answer.save()
    return assessment


def around_fold(client, address=HOME):
    """The words above the fold, and those below it."""
    above, _, below = flat(client.get(address).text).partition('<details class="kind')
    return above.partition("Where we stand</h2>")[2], below.partition("</details>")[0]


def in_themes(cast, *names):
    """A running assessment for each name, each of a theme that is called so."""
    for at, name in enumerate(names):
        theme, _ = Theme.objects.get_or_create(key=name.lower(), defaults={"name": name, "position": at})
        edition = factories.make_edition(1)
        Checklist.objects.filter(pk=edition.checklist_id).update(theme=theme, title=name)
        make(cast, f"{name} {at}", edition=edition)


def test_signed_and_archived_stand_below_a_fold_with_their_number(cast, sign_in):
    make(cast, "Open one")
    make(cast, "Looked at", "review")
    make(cast, "Old one", "archived")
    signed = signing.make_signed(cast).get_absolute_url()
    above, below = around_fold(sign_in(cast.rob))
    assert ("Open one" in above, "Looked at" in above) == (True, True)
    assert (signed in above, "Old one" in above) == (False, False)
    assert "2 signed or archived" in below
    assert (signed in below, "Old one" in below) == (True, True)


def test_fold_is_open_where_nothing_runs_and_absent_where_all_does(cast, sign_in):
    one = make(cast, status="archived")
    client = sign_in(cast.rob)
    page = flat(client.get(HOME).text)
    assert "No assessment is running." in page
    assert '<details class="kind closed" open>' in page
    Assessment.objects.filter(pk=one.pk).update(status="running")
    assert "signed or archived" not in client.get(HOME).text


def test_fold_says_how_many_signatures_are_void(cast, sign_in):
    assessment = signing.make_signed(cast)
    client = sign_in(cast.rob)
    assert "1 void" not in around_fold(client)[1]
    proof = cast.acme.evidence.get(attachments__answer__assessment=assessment)
    describe(by=cast.con, evidence=proof, expires_on=timezone.localdate())
    assert '1 signed or archived</h3><span class="qwarn s">1 void' in around_fold(client)[1]


def test_fold_of_a_full_page_says_how_many_there_are_besides(cast, sign_in):
    edition = factories.make_edition(1)
    for at in range(18):
        make(cast, f"Running {at}", edition=edition)
    for at in range(5):
        make(cast, f"Closed {at}", "archived", edition=edition)
    client = sign_in(cast.rob)
    assert "2 of 5 signed or archived" in around_fold(client)[1]
    assert "All assessments" in client.get(HOME).text


def test_list_of_all_has_no_fold_on_any_of_its_pages(cast, sign_in):
    edition = factories.make_edition(1)
    for at in range(25):
        make(cast, f"Closed {at:02}", "archived", edition=edition)
    client = sign_in(cast.rob)
    pages = [client.get(f"{LIST}?page={at}") for at in (1, 2)]
    assert [len(page.context["rows"]) for page in pages] == [20, 5]
    assert not any("<details" in page.text.partition("<main")[2] for page in pages)


def test_many_stand_under_their_themes_with_the_subject_as_the_link(cast, sign_in):
    in_themes(cast, "Law", "Law", "Law", "Cloud", "Cloud", "Cloud")
    above, _ = around_fold(sign_in(cast.rob))
    assert above.count('scope="rowgroup"') == 2
    assert above.index(">Law</th>") < above.index(">Cloud</th>")
    assert '<span class="vh">Law,</span><bdi>Law 0</bdi></a>' in above


@pytest.mark.parametrize("names", [("Law", "Cloud"), ("Law",) * 8])
def test_few_or_of_one_theme_stand_without_headings(names, cast, sign_in):
    in_themes(cast, *names)
    assert "rowgroup" not in around_fold(sign_in(cast.rob))[0]


def test_year_before_of_the_same_subject_stands_under_this_year(cast, sign_in):
    edition = factories.make_edition(3)
    answered(make(cast, "ACME", "archived", 2025, edition=edition), "met", "not_met")
    answered(make(cast, "Acme", "archived", 2024, edition=edition), *["met"] * 3)
    make(cast, "Acme", edition=edition)
    above, below = around_fold(sign_in(cast.rob))
    assert "2025: 67 % answered, 33 % met" in above
    assert above.count('class="bar ghost"') == 1
    assert "2024: 100 % answered, 100 % met" in below


def test_half_years_are_named_by_their_last_day(cast, sign_in):
    edition = factories.make_edition(3)
    make(cast, edition=edition, status="archived", **period(2026, 1, 6))
    make(cast, edition=edition, **period(2026, 7, 12))
    assert "To 30 Jun 2026: 0 % answered" in around_fold(sign_in(cast.rob))[0]


def test_nothing_but_an_earlier_period_of_the_subject_is_the_year_before(cast, sign_in):
    edition = factories.make_edition(3)
    other = factories.make_assessment(cast.other, cast.zoe, edition, **period(2025))
    make(cast, "Else", "archived", 2025, edition=edition)
    make(cast, "Acme", "archived", 2025)
    same = make(cast, "Acme", "archived", edition=edition)
    this = make(cast, "Acme", edition=edition)
    client = sign_in(cast.rob)
    for source in (None, same, other):
        Assessment.objects.filter(pk=this.pk).update(carried_from=source)
        assert "ghost" not in client.get(HOME).text


def test_own_copy_shows_the_year_on_the_original_that_it_came_from(cast, sign_in):
    last = answered(make(cast, "Acme", "archived", 2025), "met", "met", "met")
    make(cast, "Acme", carried_from=last)
    assert "2025: 100 % answered" in around_fold(sign_in(cast.rob))[0]


@pytest.mark.slow
def test_years_before_cost_no_query_more(cast, sign_in):
    client = sign_in(cast.rob)
    edition = factories.make_edition(1)

    def asked(address):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    make(cast, "Service", edition=edition)
    make(cast, "Closed", "archived", edition=edition)
    few = [asked(HOME), asked(LIST)]
    for at in range(9):
        make(cast, f"Service {at}", edition=edition)
        for year in (2024, 2025):
            make(cast, f"Service {at}", "archived", year, edition=edition)
    assert [asked(HOME), asked(LIST)] == few
