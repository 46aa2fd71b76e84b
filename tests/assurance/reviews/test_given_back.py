"""Text typed into a form that somebody else made go away is given back."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.checks import seen_of
from compliance.assurance.reviews.forms import shown
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.seats import actions as seats
from compliance.models import Check, Reopening, SignOff
from tests.support import auditor_seats, factories, signing
from tests.support.page_text import flat

pytestmark = pytest.mark.slow
TYPED = "Not the annex.\nNor the map."


def kept(page):
    """The texts that a page gives back to copy."""
    return re.findall(r"<textarea[^>]*readonly[^>]*>([^<]*)</textarea>", page.text)


def url(assessment, name, *args):
    return reverse(f"reviews:{name}", args=["acme", assessment.pk, *args])


def sign_form(assessment):
    seen = shown(assessment.reviews.get(), signing.seen(assessment))
    form = {"seen": seen, "role": "DPO", "password": factories.PASSWORD}
    return "sign", form | {"reservations": TYPED}


def return_form(assessment):
    return "give_back", {"said": TYPED}


def check_form(assessment):
    line = next(o for o in desk_of(assessment).content.lines if o.key == "Q2")
    return "check", {"seen": seen_of(line), "result": "returned", "reason": TYPED}


def give_back(cast, assessment):
    actions.return_for_changes(by=cast.ada, assessment=assessment, said="No.")


def sign(cast, assessment):
    signing.sign(cast.ada, assessment)


@pytest.mark.parametrize(("end", "state"), [(give_back, "running"), (sign, "signed")])
@pytest.mark.parametrize("form", [sign_form, return_form, check_form])
def test_review_that_ended_meanwhile_gives_the_text_back(form, end, state, cast, sign_in):
    cache.clear()
    assessment = signing.make_sent(cast)
    name, fields = form(assessment)
    path = url(assessment, name)
    if name == "check":
        answer = assessment.answers.get(question__key="Q2")
        path = url(assessment, "check_save", answer.pk) + "?at=Q2"
    end(cast, assessment)
    signed = SignOff.objects.count()
    page = sign_in(cast.rev).post(path, fields)
    assert page.status_code == 422
    assert f"This assessment is {state} by now." in flat(page.text)
    assert TYPED in kept(page)
    assert (Check.objects.count(), SignOff.objects.count()) == (0, signed)


def test_reopening_of_what_is_not_signed_gives_the_reason_back(cast, sign_in):
    assessment = signing.make_signed(cast)
    assessment = signing.reopen(cast.otto, cast.ada, assessment)
    page = sign_in(cast.rev).post(url(assessment, "reopen"), {"reason": TYPED})
    assert page.status_code == 422
    assert "This assessment is running by now." in flat(page.text)
    assert kept(page) == [TYPED]


def test_reopening_that_somebody_asked_for_gives_the_reason_back(cast, sign_in):
    assessment = signing.make_signed(cast)
    actions.ask_reopening(by=cast.otto, assessment=assessment, reason="A figure.")
    page = sign_in(cast.rev).post(url(assessment, "reopen"), {"reason": TYPED})
    assert "Otto Weber has already asked." in flat(page.text)
    assert kept(page) == [TYPED]
    assert Reopening.objects.count() == 1


def test_message_on_a_request_closed_meanwhile_is_given_back(cast, sign_in):
    seat = auditor_seats.give(cast, signing.make_sent(cast))
    asked = auditor_seats.ask(cast.aud, seat)
    path = reverse("seats:asked", args=["acme", seat.pk, asked.pk])
    aud = sign_in(cast.aud)
    seats.close(by=cast.otto, request=asked)
    page = aud.post(path, {"text": TYPED})
    assert page.status_code == 422
    assert "This request is closed." in flat(page.text)
    assert kept(page) == [TYPED]


def test_seat_that_ended_meanwhile_says_so_and_gives_the_words_back(cast, sign_in):
    assessment = signing.make_sent(cast)
    seat = auditor_seats.give(cast, assessment)
    asked = auditor_seats.ask(cast.aud, seat)
    aud, other = sign_in(cast.aud), sign_in(factories.make_member(cast.acme, "auditor"))
    seats.end_seat(by=cast.otto, seat=seat)
    home = seat.get_absolute_url()
    answer = assessment.answers.first()
    for path, field in (
        (f"{home}questions/{answer.pk}/mark/", "note"),
        (reverse("seats:asked", args=["acme", seat.pk, asked.pk]), "text"),
        (reverse("seats:asked_list", args=["acme", seat.pk]), "text"),
    ):
        page = aud.post(path, {field: TYPED, "result": "flagged"})
        assert page.status_code == 404
        assert "Your seat has ended" in page.text
        assert kept(page) == [TYPED]
    page = aud.get(home)
    assert 'role="alert"' not in page.text, "nothing was typed"
    assert (page.status_code, "Your seat has ended" in page.text) == (404, True)
    page = other.get(home)
    assert (page.status_code, "seat has ended" in page.text) == (404, False)
