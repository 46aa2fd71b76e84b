"""Consequences of a fact, in the editor: shown, shaped, saved, undone and refused."""

import pytest

from compliance.content.checklists import content
from compliance.content.publishing import actions
from compliance.models import Event
from tests.support.editor_forms import keep_theirs, url
from tests.support.factories import make_draft, publish

SYSTEMIC = {
    "fact": "data",
    "value": "children",
    "when": {"data": ["health"]},
    "because": "Schools keep both.",
}


@pytest.fixture
def draft(draft):
    """With a fact of yes and no beside the one of several choices."""
    draft.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    return draft


def typed(client, draft, key="data"):
    """The form of a fact when nothing is changed."""
    page = client.get(url("implied", draft), {"key": key})
    fields = [field for part in page.context["editor"].parts for field in part]
    data = {field.html_name: field.value() for field in fields}
    filled = {n: v for n, v in data.items() if v is not None and v is not False}
    return filled | {"key": key}


def entry(at=0, pick="data=children", because="Schools keep both.", picks=(), **more):
    """One entry of the form, by its number; ``picks`` are what it follows from."""
    row = {"pick": pick, "because": because, "when-match": "all"}
    row["when-rows"] = str(len(picks))
    for to, one in enumerate(picks):
        row |= {f"when-{to}-depth": "0", f"when-{to}-test": "is"}
        row |= {f"when-{to}-fact": one.split("=")[0], f"when-{to}-picks": [one]}
    return {"follows-rows": str(at + 1)} | {f"follows-{at}-{n}": v for n, v in row.items()} | more  # fmt: skip


def save(client, draft, key="data", **changes):
    return client.post(url("implied", draft), typed(client, draft, key) | changes)


def implied_of(draft, key="data"):
    return draft.facts.get(key=key).implies


def test_what_follows_is_added_shown_and_undone(ada, draft):
    reply = save(ada, draft, **entry(picks=["data=health"]))
    assert implied_of(draft) == [SYSTEMIC]
    page = ada.get(reply.url)
    assert "The fact is saved." in page.text
    assert "If <bdi>Data is “Health data”</bdi>" in page.text
    assert "Schools keep both." in page.text
    seq = Event.objects.order_by("seq").last().seq
    ada.post(url("undo", draft), {"seq": seq, "page": "editor:facts"})
    assert implied_of(draft) is None


def test_saving_what_stands_changes_nothing(ada, draft):
    draft.facts.filter(key="data").update(implies=[SYSTEMIC])
    count = Event.objects.count()
    assert save(ada, draft).status_code == 302
    assert (implied_of(draft), Event.objects.count()) == ([SYSTEMIC], count)


def test_yes_alone_is_rule_enough(ada, draft):
    save(ada, draft, "eu", **entry())
    (found,) = implied_of(draft, "eu")
    assert "when" not in found


def test_buttons_change_the_form_and_save_nothing(ada, draft):
    data = typed(ada, draft) | {"do": "follows add -1"}
    page = ada.post(url("implied", draft), data)
    assert (page.status_code, len(page.context["editor"].rows.rows)) == (200, 1)
    assert "Not saved yet." in page.text
    more = typed(ada, draft) | entry() | {"do": "follows-0-when condition -1"}
    page = ada.post(url("implied", draft), more)
    assert len(page.context["editor"].rows.rows[0].rule.rows) == 1
    assert "Schools keep both." in page.text
    assert implied_of(draft) is None


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (entry(pick="eu=yes"), "Say which answer to “Data” it follows from."),
        (entry(pick="eu=yes", picks=["eu=no"]),
         "Entry 1: Does not look at 'data'; write it at the fact it rests on"),
        (entry(picks=["data=children"]),
         "Entry 1: Data: children implies itself, at once or by way of others"),
        (entry(pick="", picks=["data=health"]), "Entry 1: This field is required."),
        (entry(pick="data=none", picks=["data=health"]), "Select a valid choice."),
        (entry(because=" ", picks=["data=health"]), "Write something for “Because”."),
        (entry(because="Kept words.", picks=["data=nothing"]),
         "Choose answers of the fact of this row."),
        ({"follows-rows": "x"}, "The entries arrived incomplete"),
    ],
)  # fmt: skip
def test_bad_entry_is_refused_with_place_and_words(ada, draft, sent, words):
    reply = save(ada, draft, **sent)
    assert reply.status_code == 422
    assert any(words in said for _, said in reply.context["editor"].faults)
    for place, _ in reply.context["editor"].faults:
        assert f'id="{place}"' in reply.text
    because = sent.get("follows-0-because", "").strip()
    assert because in reply.text
    assert implied_of(draft) is None


def test_circle_over_two_facts_is_refused(ada, draft):
    draft.facts.filter(key="eu").update(implies=[{"fact": "data", "value": "health", "because": "So."}])
    reply = save(ada, draft, **entry(pick="eu=yes", picks=["data=health"]))
    assert reply.status_code == 422
    assert "Eu: yes implies itself, at once or by way of others" in reply.text
    assert implied_of(draft) is None


def test_two_who_save_one_fact_see_it(ada, draft):
    data = typed(ada, draft)
    save(ada, draft, **entry(picks=["data=health"]))
    mine = data | entry(because="Mine.", picks=["data=health"])
    reply = ada.post(url("implied", draft), mine)
    assert reply.status_code == 409
    assert "Someone else has saved this fact" in reply.text
    assert SYSTEMIC["because"] in keep_theirs(ada, reply).text
    assert implied_of(draft) == [SYSTEMIC]
    again = mine | {"version": str(draft.facts.get(key="data").version)}
    ada.post(url("implied", draft), again)
    assert implied_of(draft)[0]["because"] == "Mine."


def test_contested_fact_is_written_among_the_facts(ada, draft):
    fact = draft.facts.get(key="data")
    data = {
        "key": "data",
        "version": fact.version,
        "label": fact.label,
        "text": fact.text,
        "kind": fact.kind,
        "choices": "Health data\nData of children",
        "contested": "Two courts read it two ways.",
    }
    ada.post(url("fact_save", draft), data)
    fact.refresh_from_db()
    assert fact.contested == "Two courts read it two ways."
    assert [choice["key"] for choice in fact.choices] == ["health", "children"]
    draft.questions.filter(key="Q1").update(rule={"data": "health"})
    seq = Event.objects.order_by("seq").last().seq
    ada.post(url("undo", draft), {"seq": seq, "page": "editor:facts"})
    fact.refresh_from_db()
    assert fact.contested == ""
    reply = ada.post(url("fact_save", draft), data | {"version": fact.version})
    assert reply.status_code == 422
    assert "Q1: &#x27;data&#x27; is contested" in reply.text


def test_fact_of_a_final_edition_has_no_form(ada, cast, draft):
    publish(draft)
    assert ada.get(url("implied", draft), {"key": "data"}).status_code == 302
    assert ada.get(url("implied", draft), {"key": "none"}).status_code == 302


def test_copy_of_a_checklist_has_what_follows_and_may_change_it(ada, cast):
    theirs = make_draft()
    theirs.facts.update(implies=[SYSTEMIC], contested="Two readings.")
    own = actions.clone(by=cast.ada, organisation=cast.acme, edition_id=publish(theirs).pk)
    (fact,) = content.document(own)["facts"]
    assert (fact["implies"], fact["contested"]) == ([SYSTEMIC], "Two readings.")
    save(ada, own, **{"follows-0-because": "Ours."})
    assert implied_of(own)[0]["because"] == "Ours."
