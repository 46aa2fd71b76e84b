"""The last changes to a draft, each with its Undo, wherever one has gone since."""

from compliance.content.editor import actions, undoable
from compliance.proof.audit.models import Event
from tests.support.editor_forms import question_of, save, url
from tests.support.factories import make_member


def words(draft, person):
    return [change.words for change in undoable.last(draft, person)]


def test_change_is_undone_after_other_pages_were_opened(ada, cast, draft):
    stood = question_of(draft)["text"]
    save(ada, draft, text="Typed by mistake?")
    page = ada.get(f"{url('edit', draft)}?question=Q3").content.decode()
    assert f"{url('head', draft)}#last" in page
    page = ada.get(url("head", draft)).content.decode()
    assert "Your last changes" in page
    assert "Q1 is saved." in page
    seq = Event.objects.latest("seq").seq
    fields = {"seq": seq, "page": "editor:head"}
    undone = ada.post(url("undo", draft), fields, follow=True)
    assert undone.redirect_chain == [(url("head", draft), 302)]
    assert question_of(draft)["text"] == stood


def test_what_was_overtaken_is_not_offered(ada, cast, draft):
    save(ada, draft, text="First?")
    save(ada, draft, weight="5")
    assert words(draft, cast.ada) == ["Q1 is saved.", "Q1 is saved."]
    save(ada, draft, text="Second?")
    offered = [change.seq for change in undoable.last(draft, cast.ada)]
    seqs = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert offered == [seqs[2], seqs[1]]
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    for seq in offered:
        actions.undo(**given, seq=seq)
    assert question_of(draft)["text"] == "First?"


def test_added_question_is_not_offered_once_it_was_changed(ada, cast, draft):
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    actions.add_question(**given, section="s1", text="New?")
    assert words(draft, cast.ada) == ["Q5 is added."]
    save(ada, draft, "Q5", text="Newer?")
    assert words(draft, cast.ada) == ["Q5 is saved."]


def test_five_of_ones_own_are_offered(ada, cast, draft):
    given = {"organisation": cast.acme, "edition_id": draft.pk}
    for at in range(6):
        actions.add_section(by=cast.ada, **given, title=f"Part {at}")
    colleague = make_member(cast.acme, "officer")
    actions.add_section(by=colleague, **given, title="Theirs")
    assert words(draft, cast.ada) == [f"The section “Part {at}” is added." for at in (5, 4, 3, 2, 1)]
    assert words(draft, colleague) == ["The section “Theirs” is added."]


def test_removal_is_offered_until_it_is_undone(ada, cast, draft):
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    event = actions.remove_question(**given, key="Q2")
    assert words(draft, cast.ada) == ["Q2 is out of the draft."]
    actions.undo(**given, seq=event.seq)
    assert words(draft, cast.ada) == []
