"""The page of roles: named, added, removed, and brought by the fact that decides them."""

import pytest

from compliance.content.publishing import actions
from compliance.proof.audit.models import Event
from tests.support.editor_forms import save, url
from tests.support.factories import make_checklist, make_draft
from tests.support.page_text import flat


@pytest.fixture
def draft(cast):
    """Its fact ``data`` has the answers health and children; ``eu`` has none."""
    found = make_draft(questions=8, sections=2, checklist=make_checklist("own", cast.acme))
    found.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    return found


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


def typed(client, draft, **changes):
    """The form of the page, with names that have dashes written with underscores."""
    form = client.get(url("roles", draft)).context["form"]
    data = {field.html_name: field.value() for field in form}
    data = {name: value for name, value in data.items() if value is not None}
    data = {name: value for name, value in data.items() if value is not False}
    return data | {name.replace("_", "-", 1): v for name, v in changes.items()}


def post(client, draft, **changes):
    sent = typed(client, draft) | changes
    return client.post(url("roles", draft), sent, follow=True)


def roles(draft):
    draft.refresh_from_db()
    return draft.roles


def test_fact_brings_its_answers_as_roles(ada, draft):
    page = post(ada, draft, role_fact="data")
    assert "The edition is saved." in page.text
    assert roles(draft) == {"health": "Health data", "children": "Data of children"}
    assert draft.role_fact == "data"
    assert "No question binds it." in flat(page.text)
    save(ada, draft, binds=["health"])
    shown = flat(ada.get(url("roles", draft)).text)
    assert "A person who answers “<bdi>Health data</bdi>”." in shown
    assert "?question=Q1" in shown


def test_fact_without_choices_decides_no_role(ada, draft):
    reply = post(ada, draft, role_fact="eu")
    assert reply.status_code == 422
    assert roles(draft) == {}


def test_role_is_renamed_and_the_key_stays(ada, draft):
    post(ada, draft, role_fact="data")
    post(ada, draft, **{"role-health": "Clinic"})
    assert roles(draft) == {"health": "Clinic", "children": "Data of children"}
    event = Event.objects.order_by("seq").last()
    assert event.action == "edition.changed"
    assert ada.get(url("edit", draft)).text.count("Clinic") == 1


def test_role_is_removed_and_given_to_its_answer_anew(ada, draft):
    post(ada, draft, role_fact="data")
    page = post(ada, draft, **{"drop-health": "on"})
    assert roles(draft) == {"children": "Data of children"}
    assert [key for key, _ in page.context["form"]["answer"].field.choices] == [
        "",
        "health",
    ]
    reply = post(ada, draft, name="Clinic")
    assert reply.status_code == 422
    assert "Choose the answer that gives this role." in reply.text
    assert 'value="Clinic"' in reply.text
    page = post(ada, draft, name="Clinic", answer="health")
    assert roles(draft) == {"health": "Clinic", "children": "Data of children"}
    assert "Every answer to the fact is a role." in flat(page.text)
    assert not {"name", "answer"} & page.context["form"].fields.keys()


def test_role_takes_the_words_of_its_answer_without_others(ada, draft):
    post(ada, draft, role_fact="data")
    post(ada, draft, **{"drop-health": "on"})
    post(ada, draft, answer="health")
    assert roles(draft)["health"] == "Health data"


def test_role_that_questions_bind_stays_and_they_are_named(ada, draft):
    post(ada, draft, role_fact="data")
    draft.questions.exclude(key="Q2").update(binds=["health"])
    sent = {"role-children": "Schools", "drop-health": "on"}
    reply = post(ada, draft, **sent)
    assert reply.status_code == 422
    assert "Q1, Q3, Q4, Q5, Q6 and 2 more bind Health data" in reply.text
    assert 'value="Schools"' in reply.text
    assert roles(draft)["health"] == "Health data"
    assert "and 2 more bind Health data" in post(ada, draft, role_fact="").text
    draft.questions.update(binds=[])
    post(ada, draft, **sent)
    assert roles(draft) == {"children": "Schools"}


def test_undo_brings_a_role_back_and_no_bound_one_away(ada, draft):
    post(ada, draft, role_fact="data")
    page = post(ada, draft, **{"drop-health": "on"})
    seq = page.context["done"].seq
    data = {"seq": seq, "page": "editor:roles"}
    page = ada.post(url("undo", draft), data, follow=True)
    assert page.resolver_match.view_name == "editor:roles"
    assert roles(draft) == {"health": "Health data", "children": "Data of children"}
    draft.questions.filter(key="Q3").update(binds=["health"])
    first = Event.objects.order_by("seq").first().seq
    reply = ada.post(url("undo", draft), data | {"seq": first}, follow=True)
    assert "Q3 binds Health data" in reply.text
    assert draft.role_fact == "data"


@pytest.mark.parametrize("name", ["The keeper", "Größe", "管理者"])
def test_one_role_needs_no_fact_and_a_second_does(ada, draft, name):
    post(ada, draft, name=name)
    assert list(roles(draft).values()) == [name]
    reply = post(ada, draft, name="Reader")
    assert reply.status_code == 422
    assert "More than one role needs a fact" in reply.text
    assert 'value="Reader"' in reply.text
    assert len(roles(draft)) == 1


def test_new_name_waits_for_the_fact_and_is_kept(ada, draft):
    reply = post(ada, draft, role_fact="data", name="Reader")
    assert reply.status_code == 422
    assert "Save the other fact first" in reply.text
    assert 'value="Reader"' in reply.text


def test_two_roles_of_one_name_are_refused(ada, draft):
    post(ada, draft, role_fact="data")
    reply = post(ada, draft, **{"role-health": "Same", "role-children": "Same"})
    assert reply.status_code == 422
    assert "Two roles are called Same." in reply.text


@pytest.mark.parametrize("words", ["", "  ", "a" * 201, "a\x00b", "\u202eb"])
def test_name_that_cannot_be_is_refused(ada, draft, words):
    post(ada, draft, role_fact="data")
    assert post(ada, draft, **{"role-health": words}).status_code == 422
    assert roles(draft)["health"] == "Health data"


def test_stale_save_shows_both_and_keeps_what_was_typed(ada, cast, draft, sign_in):
    post(ada, draft, role_fact="data")
    mine = typed(ada, draft) | {"role-health": "Clinic", "role-children": "Schools"}
    post(sign_in(cast.otto), draft, **{"drop-health": "on", "role-children": "Kids"})
    reply = ada.post(url("roles", draft), mine)
    assert reply.status_code == 409
    said = flat(reply.text)
    assert "Someone else has saved this edition" in said
    assert "<li><bdi>Clinic</bdi></li>" in said
    assert "<li><bdi>Kids</bdi></li>" in said
    assert 'value="Schools"' in said
    assert roles(draft) == {"children": "Kids"}
    again = mine | {"version": reply.context["form"]["version"].value()}
    ada.post(url("roles", draft), again)
    assert roles(draft) == {"children": "Schools"}


def test_stale_save_shows_which_fact_decides_the_role_now(ada, cast, draft, sign_in):
    post(ada, draft, role_fact="data")
    stale = typed(ada, draft)
    post(sign_in(cast.otto), draft, role_fact="")
    reply = ada.post(url("roles", draft), stale)
    assert reply.status_code == 409
    assert "decides the role:<bdi>No fact</bdi>" in flat(reply.text)


def test_nothing_changes_in_review_and_what_was_typed_comes_back(ada, cast, draft):
    data = typed(ada, draft) | {"name": "Keeper"}
    given = {"organisation": cast.acme, "edition_id": draft.pk}
    actions.send_to_review(by=cast.otto, **given)
    reply = ada.post(url("roles", draft), data)
    assert reply.status_code == 422
    assert "can no longer change" in reply.text
    assert 'value="Keeper"' in reply.text
    assert ada.get(url("roles", draft)).url == url("detail", draft)


def test_head_leaves_the_roles_alone(ada, draft):
    post(ada, draft, role_fact="data")
    form = ada.get(url("head", draft)).context["form"]
    data = {field.html_name: field.value() for field in form}
    ada.post(url("head", draft), data | {"number": "2026.7", "role_fact": ""})
    assert roles(draft) == {"health": "Health data", "children": "Data of children"}
    assert (draft.number, draft.role_fact) == ("2026.7", "data")
