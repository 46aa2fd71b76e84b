"""Pages of an assessment that rests on another one."""

import pytest
from django.urls import reverse

from compliance.models import Assessment, Event
from compliance.work.assessments import actions
from tests.support import factories
from tests.support.resting_assessments import applying, levelled, rest_on, resting, sign_part, started
from tests.support.signing import answer, link

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def at(name, assessment, *more):
    args = [assessment.organisation.slug, assessment.pk, *more]
    return reverse(name, args=args)


@pytest.fixture
def place(cast):
    whole, here = resting(cast.acme, cast.ada)
    answer(cast.con, whole, "Q1", verdict="na", reason="We have none.")
    row = whole.answers.get(question__key="Q1")
    actions.attach(by=cast.con, answer=row, evidence=link(cast))
    return whole, here


def page(client, address):
    answered = client.get(address)
    assert answered.status_code == 200
    return " ".join(answered.content.decode().split())


def test_workspace_counts_the_other_apart_and_shows_its_answers(place, cast, sign_in):
    whole, here = place
    client = sign_in(cast.con)
    said = page(client, at("workspace:detail", here))
    assert "In the assessment of <bdi>Acme</bdi>: 1 of 2 answered, 0 not met" in said
    assert "<strong>0</strong> of 2 answered" in said
    assert ">elsewhere<" in said
    said = page(client, f"{at('workspace:detail', here)}?show=elsewhere")
    assert f'href="{whole.get_absolute_url()}?q=Q1"' in said
    assert "1 piece of evidence" in said
    assert said.count("data-q=") == 2
    assert "Does not apply." not in said
    found = page(client, f"{whole.get_absolute_url()}?q=Q1")
    assert found.count("data-q=") == 1


def test_waiting_answer_is_read_only_and_says_that_it_waits(place, cast, sign_in):
    whole, here = place
    rest_on(cast.ada, here, None)
    answer(cast.con, here, "Q1", verdict="not_met", note="Ours.")
    rest_on(cast.ada, here, whole)
    row = here.answers.get(question__key="Q1")
    for client in (sign_in(cast.con), sign_in(cast.ada)):
        said = page(client, at("workspace:row", here, row.pk))
        assert "We have none." in said
        assert "The own answer “Not met” waits as it is" in said
        assert 'name="note"' not in said
        assert 'name="verdict"' not in said
        part = client.get(at("workspace:row", here, row.pk), headers={"HX-Request": "true"})
        assert "The own answer “Not met” waits" in " ".join(part.text.split())
        assert "<textarea" not in part.text
    assert 'href="' + at("scoping:facts", here) + '#once"' in said


def test_link_of_a_question_that_does_not_apply_there_finds_it(place, cast, sign_in):
    whole, here = place
    whole.answers.filter(question__key="Q1").update(applies=False)
    client = sign_in(cast.con)
    said = page(client, f"{at('workspace:detail', here)}?show=elsewhere")
    address = f"{whole.get_absolute_url()}?show=does-not-apply&amp;q=Q1"
    assert f'href="{address}"' in said
    found = page(client, address.replace("&amp;", "&"))
    assert found.count("data-q=") == 1


def test_one_that_rests_on_nothing_asks_nothing_of_it(cast, sign_in):
    whole = started(cast.acme, cast.ada, levelled(), "Acme")
    said = page(sign_in(cast.ada), at("workspace:detail", whole))
    assert "In the assessment of" not in said
    assert "Asked elsewhere" not in said
    assert 'id="once"' not in page(sign_in(cast.ada), at("scoping:facts", whole))


def test_choice_is_offered_at_the_start_and_taken(place, cast, sign_in):
    whole, here = place
    client = sign_in(cast.ada)
    address = reverse("scoping:start", args=["acme", whole.edition.pk])
    said = page(client, address)
    assert "Answer them in this assessment" in said
    assert f'value="{whole.pk}"' in said
    assert f'value="{here.pk}"' not in said
    typed = {
        "subject": "ChatLens",
        "period_from": "2026-01-01",
        "period_to": "2026-12-31",
        "rests_on": str(whole.pk),
    }
    client.post(address, typed)
    made = Assessment.objects.get(subject="ChatLens")
    assert made.rests_on == whole
    assert applying(made) == ("Q3", "Q4")
    client.post(address, typed | {"subject": "Alone", "rests_on": ""})
    assert not Assessment.objects.get(subject="Alone").rests
    refused = client.post(address, typed | {"subject": "No", "rests_on": str(here.pk)})
    assert refused.status_code == 422
    assert not Assessment.objects.filter(subject="No").exists()


def test_start_of_an_edition_without_such_sections_offers_nothing(cast, sign_in):
    edition = factories.make_edition()
    started(cast.acme, cast.ada, edition, "Acme")
    address = reverse("scoping:start", args=["acme", edition.pk])
    assert "rests_on" not in page(sign_in(cast.ada), address)


def test_facts_page_changes_it_and_says_what_moved(place, cast, sign_in):
    whole, here = place
    client = sign_in(cast.otto)
    assert "Once for the organisation" in page(client, at("scoping:facts", here))
    sent = {"rests_on": "", "base": str(whole.pk)}
    done = client.post(at("scoping:rest", here), sent, follow=True)
    assert "2 questions asked here again" in done.content.decode()
    here.refresh_from_db()
    assert not here.rests
    again = client.post(at("scoping:rest", here), sent | {"rests_on": str(whole.pk)}, follow=True)
    assert "Someone else has changed what it rests on" in again.content.decode()
    here.refresh_from_db()
    assert not here.rests


def test_facts_page_counts_what_is_asked_here_while_facts_change(place, cast, sign_in):
    _, here = place
    client = sign_in(cast.otto)
    shown = client.get(at("scoping:facts", here))
    assert '<input type="hidden" name="rests_on" value="1">' in shown.text
    address = reverse("scoping:applies", args=["acme", here.edition.pk])
    counted = client.post(address, {"rests_on": "1"}).context["applying"]
    assert counted == shown.context["applying"] == len(applying(here))


def test_id_of_another_organisation_is_refused(place, cast, sign_in):
    whole, here = place
    rest_on(cast.ada, here, None)
    foreign = started(cast.other, cast.zoe, whole.edition, "Other")
    sent = {"rests_on": str(foreign.pk), "base": ""}
    said = sign_in(cast.ada).post(at("scoping:rest", here), sent, follow=True)
    assert "cannot answer for this one" in said.content.decode()
    here.refresh_from_db()
    assert not here.rests
    count = Event.objects.count()
    assert sign_in(cast.zoe).post(at("scoping:rest", here), sent).status_code == 404
    assert sign_in(cast.con).post(at("scoping:rest", here), sent).status_code == 403
    assert Event.objects.count() == count


def test_workspace_costs_the_same_for_many_questions(cast, sign_in, django_assert_max_num_queries):
    client = sign_in(cast.ada)
    counts = []
    for size in (4, 70):
        _, here = resting(cast.acme, cast.ada, levelled(size))
        for show in ("all", "elsewhere"):
            with django_assert_max_num_queries(60) as caught:
                page(client, f"{at('workspace:detail', here)}?show={show}")
            counts.append(len(caught.captured_queries))
    assert counts[:2] == counts[2:]


def signed(cast, place):
    """The one that rests, signed while one of two questions was open there."""
    whole, here = place
    return whole, sign_part(cast, here)


def test_signed_rows_say_what_was_signed_and_what_stands_there_today(place, cast, sign_in):
    whole, here = signed(cast, place)
    client = sign_in(cast.con)
    address = f"{at('workspace:detail', here)}?show=elsewhere"
    before = page(client, address)
    assert "As signed on" in before
    assert "There today" not in before
    assert "Changed there since" not in before
    counts = "as it stood then: 1 of 2 answered, 0 not met"
    assert counts in before
    answer(cast.con, whole, "Q2", verdict="not_met")
    answer(cast.con, whole, "Q1", reason="We have none left.")
    said = page(client, address)
    assert "There today: Not met" in said
    assert said.count("Changed there since") == 1
    assert counts in said
    first = here.answers.get(question__key="Q1")
    opened = f"?show=elsewhere&amp;open={first.pk}#answer-{first.pk}"
    assert opened in said
    assert "We have none left." in page(
        client, f"{at('workspace:detail', here)}?show=elsewhere&open={first.pk}"
    )
    row = page(client, at("workspace:row", here, first.pk))
    assert "We have none." in row
    assert "We have none left." in row
    assert "The signature here covers what stood there when it was given" in row
    assert "comes back" not in row
    assert "asked here again" not in row


def test_running_rows_say_what_stands_there_now(place, cast, sign_in):
    whole, here = place
    answer(cast.con, whole, "Q2", verdict="not_met")
    said = page(sign_in(cast.con), f"{at('workspace:detail', here)}?show=elsewhere")
    assert "As signed" not in said
    assert "There today" not in said
    assert "Not met" in said


def test_bearer_leads_to_what_rests_on_it(place, cast, sign_in):
    whole, here = place
    client = sign_in(cast.ada)
    back = f'href="{here.get_absolute_url()}?show=elsewhere"'
    assert back in page(client, at("workspace:detail", whole))
    assert 'class="bears' not in page(client, at("workspace:detail", here))
    facts = page(client, at("scoping:facts", whole))
    assert back in facts
    assert "Another assessment rests on this one" in facts
    assert 'name="rests_on"' not in facts
    for name in ("B <b>", "C", "D"):
        started(cast.acme, cast.ada, whole.edition, name, rests_on=whole)
    many = page(client, at("workspace:detail", whole))
    assert "Also answers for 4 other assessments" in many
    assert "B &lt;b&gt;" in many
    actions.archive(by=cast.ada, assessment=here)
    assert back not in page(client, at("workspace:detail", whole))


def test_link_back_costs_the_same_for_many(cast, sign_in, django_assert_max_num_queries):
    whole, _ = resting(cast.acme, cast.ada)
    client = sign_in(cast.ada)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as caught:
            page(client, at("workspace:detail", whole))
        counts.append(len(caught.captured_queries))
        for number in range(5):
            subject = f"System {number}"
            started(cast.acme, cast.ada, whole.edition, subject, rests_on=whole)
    assert counts[0] == counts[1]
