"""Comments: who is named and gets a mail, what is resolved, what nobody may do."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.identity.organisations import rate_limits
from compliance.models import Comment, Mention
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.discussion import actions
from compliance.work.discussion.mentions import Person, named, offers, pieces
from compliance.work.workspace.history import history
from tests.support.factories import make_assessment, make_member
from tests.support.mail_queue import queued, send_queued

HTMX = {"HX-Request": "true", "HX-Target": "panel"}
BRUNO = Person(1, "Bruno Maier", "bruno@example.org")
ANN, ANNA = (
    Person(2, "Ann", "ann@example.org"),
    Person(3, "Ann Marie", "am@example.org"),
)
PEOPLE = [BRUNO, ANN, ANNA]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@Bruno Maier, see this", [1]),
        ("@BRUNO MAIER", [1]),
        ("(@bruno@example.org)", [1]),
        ("@Ann Marie and @Ann", [3, 2]),
        ("@Ann @Ann", [2]),
        ("@Anna", []),
        ("@Ann-Sophie", []),
        ("@Ann\u0301", []),
        ("mail ann@Ann", []),
        ("@ann@example.org.uk", []),
        ("@bruno", []),
        ("@@Ann", []),
        ("@ Ann", []),
        ("@Bruno\nMaier", []),
        ("@Ann's list", [2]),
        ("@", []),
        ("", []),
    ],
)
def test_text_names_people(text, ids):
    assert named(text, PEOPLE) == ids


@pytest.mark.parametrize(
    "text",
    [
        "a @Ann b @Bruno Maier",
        "<script>@Ann</script>",
        "\u202e@Ann\u202c İ @Ann ß @Ann",
        "@Ann" * 3,
        "  \n@Ann\n\n ",
    ],
)
def test_pieces_are_the_whole_text(text):
    assert "".join(piece.text for piece in pieces(text, PEOPLE)) == text


def test_long_text_of_at_signs_is_read_at_once():
    people = [Person(n, f"A{n} Person", f"a{n}@example.org") for n in range(200)]
    assert named("@a " * 3000, people) == []


def test_people_of_one_name_are_offered_by_their_address():
    twin = Person(4, "bruno maier", "bm@example.org")
    assert named("@Bruno Maier", [BRUNO, twin]) == [1, 4]
    handles = [offer.handle for offer in offers([BRUNO, twin, ANN])]
    assert handles == ["bruno@example.org", "bm@example.org", "Ann"]


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


@pytest.fixture
def answer(assessment):
    return assessment.answers.order_by("question__position").first()


def say(cast, answer, text, by=None):
    return actions.comment(by=by or cast.ada, answer=answer, text=text)


def close(assessment):
    assessment.status = "archived"
    assessment.save()


def test_mention_is_kept_recorded_and_mailed_once(cast, answer):
    said = say(cast, answer, "@Con Tributor, where? @con@example.org @Otto Weber")
    people = set(said.mentions.values_list("user", flat=True))
    assert people == {cast.con.pk, cast.otto.pk}
    _, after = trail.changes(Event.objects.get())
    assert after == {
        "comment": said.pk,
        "text": said.text,
        "mentions": [cast.con.pk, cast.otto.pk],
    }
    sent = send_queued()
    assert [message.to for message in sent] == [[cast.con.email], [cast.otto.email]]
    assert sent[0].subject == "Ada Lindqvist mentions you in Q1"
    assert f"?open={answer.pk}&panel=comments" in sent[0].body
    assert "where?" not in sent[0].body


def test_nobody_mentions_themselves_or_a_stranger(cast, answer):
    said = say(cast, answer, "@Ada Lindqvist @Zoe Elsewhere @zoe@example.org")
    assert (said.mentions.count(), queued().count()) == (0, 0)


def test_member_without_a_known_role_or_account_is_not_mentioned(cast, answer):
    cast.con.is_active = False
    cast.con.save()
    said = say(cast, answer, "@Con Tributor @Rob Reader")
    assert list(said.mentions.values_list("user", flat=True)) == [cast.rob.pk]


def test_comment_without_a_mention_records_none(cast, answer):
    said = say(cast, answer, "Where is it?")
    _, after = trail.changes(Event.objects.get())
    assert after == {"comment": said.pk, "text": "Where is it?"}


def test_refused_comment_leaves_nothing_and_mails_nobody(cast, answer):
    with pytest.raises(ValidationError):
        say(cast, answer, "@Con Tributor \x00")
    assert (Comment.objects.count(), Event.objects.count()) == (0, 0)
    assert (queued().count(), mail.outbox) == (0, [])


def test_comment_sent_again_is_the_same_comment(cast, answer):
    """Its reply was lost, or the button was pressed twice."""
    first = say(cast, answer, "@Con Tributor, where?")
    assert say(cast, answer, "@Con Tributor, where?") == first
    assert (Event.objects.count(), queued().count()) == (1, 1)
    say(cast, answer, "@Con Tributor, where?", by=cast.otto)
    say(cast, answer, "In the wiki.")
    assert say(cast, answer, "@Con Tributor, where?") != first


def test_same_words_an_hour_later_or_once_resolved_are_said_anew(cast, answer):
    first = say(cast, answer, "Any news?")
    Comment.objects.update(written_at=first.written_at - timedelta(hours=2))
    second = say(cast, answer, "Any news?")
    actions.resolve(by=cast.con, answer=answer, comment=second)
    assert len({first.pk, second.pk, say(cast, answer, "Any news?").pk}) == 3


def test_name_with_a_line_end_cannot_split_a_mail_header(cast, answer):
    cast.ada.name = "Ada\r\nBcc: x@example.org"
    cast.ada.save()
    say(cast, answer, "@Con Tributor")
    (sent,) = send_queued()
    assert sent.subject == "Ada Bcc: x@example.org mentions you in Q1"
    assert "Bcc" not in sent.message()


def test_resolving_folds_a_comment_away_and_is_recorded_once(cast, answer):
    said = say(cast, answer, "Where?")
    for _ in range(2):
        said = actions.resolve(by=cast.rev, answer=answer, comment=said)
    assert (said.resolved_by, said.resolved_at is not None) == (cast.rev, True)
    assert [e.action for e in Event.objects.order_by("seq")] == [
        "comment.written",
        "comment.resolved",
    ]
    entry = history(answer)[0]
    assert (entry.what, entry.actor, entry.changes[0].after) == (
        "Comment resolved",
        cast.rev,
        "Where?",
    )


def test_reopening_brings_it_back_and_is_recorded_once(cast, answer):
    said = say(cast, answer, "Where?")
    actions.resolve(by=cast.rev, answer=answer, comment=said)
    for _ in range(2):
        said = actions.reopen(by=cast.con, answer=answer, comment=said)
    assert (said.resolved_by, said.resolved_at) == (None, None)
    assert Event.objects.latest("seq").action == "comment.reopened"
    assert Event.objects.count() == 3


def test_trail_repeats_little_of_a_long_resolved_comment(cast, answer):
    said = say(cast, answer, "x" * 100_000)
    actions.resolve(by=cast.rev, answer=answer, comment=said)
    _, after = trail.changes(Event.objects.latest("seq"))
    assert after == {"comment": said.pk, "text": "x" * 159 + "…"}


def test_comment_of_another_answer_is_not_resolved(cast, assessment, answer):
    said = say(cast, assessment.answers.exclude(pk=answer.pk).first(), "Where?")
    with pytest.raises(Comment.DoesNotExist):
        actions.resolve(by=cast.ada, answer=answer, comment=said)


@pytest.mark.parametrize("do", ["comment", "resolve", "reopen"])
def test_closed_assessment_refuses_to_be_talked_about(cast, assessment, answer, do):
    said = say(cast, answer, "Where?")
    before = Event.objects.count()
    close(assessment)
    given = {"text": "@Con Tributor"} if do == "comment" else {"comment": said}
    with pytest.raises(ValidationError, match="closed"):
        getattr(actions, do)(by=cast.ada, answer=answer, **given)
    assert (Comment.objects.count(), Event.objects.count()) == (1, before)
    assert (Mention.objects.count(), queued().count()) == (0, 0)


def url(name, answer, *more):
    return reverse(f"workspace:{name}", args=["acme", answer.assessment_id, answer.pk, *more])


def test_closed_assessment_shows_its_comments_without_a_form(cast, sign_in, assessment, answer):
    said = say(cast, answer, "Where?")
    close(assessment)
    ada = sign_in(cast.ada)
    page = ada.get(url("panel", answer, "comments")).content.decode()
    assert "Where?" in page
    assert "its comments stay as they are" in page
    assert ("<textarea" in page, "Resolve" in page) == (False, False)
    for address, sent in (
        (url("comment_add", answer), {"text": "More"}),
        (url("comment_resolve", answer, said.pk), {}),
    ):
        assert ada.post(address, sent, headers=HTMX).status_code == 422


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["with-script", "without"])
def test_comment_refused_by_a_closed_assessment_stays_as_text_to_copy(
    cast, sign_in, assessment, answer, headers
):
    close(assessment)
    sent = {"text": "Typed <b>before</b> it closed."}
    reply = sign_in(cast.ada).post(url("comment_add", answer), sent, headers=headers)
    assert reply.status_code == 422
    assert "readonly>Typed &lt;b&gt;before&lt;/b&gt; it closed.</textarea>" in reply.text
    assert "This assessment is closed" in reply.text


def test_comment_that_is_too_long_stays_in_its_box(cast, sign_in, answer):
    text = "x" * 100_001
    reply = sign_in(cast.ada).post(url("comment_add", answer), {"text": text})
    assert reply.status_code == 422
    assert f"{text}</textarea>" in reply.text


def test_panel_shows_mentions_as_badges_and_all_else_as_text(cast, sign_in, answer):
    say(cast, answer, "<b>@Con Tributor</b> <script>alert(1)</script>")
    page = sign_in(cast.con).get(url("panel", answer, "comments")).content.decode()
    assert 'mention-me"' in page
    assert ">@Con Tributor</bdi>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_hostile_names_stay_text_in_the_list_of_people(cast, sign_in, answer):
    make_member(cast.acme, "reader", '"><script>alert(1)</script>')
    page = sign_in(cast.con).get(url("panel", answer, "comments")).content.decode()
    assert "<script>alert" not in page
    assert 'data-handle="&quot;&gt;&lt;script&gt;' in page
    assert 'data-handle="Con Tributor"' not in page
    assert "zoe@example.org" not in page


def test_resolved_comments_are_folded_and_not_counted(cast, sign_in, answer):
    con = sign_in(cast.con)
    first = say(cast, answer, "First")
    say(cast, answer, "Second")
    reply = con.post(url("comment_resolve", answer, first.pk), headers=HTMX)
    page = reply.content.decode()
    assert reply.status_code == 200
    assert "<summary" in page
    assert "1 resolved" in page
    assert f'id="talked-{answer.pk}"' in page
    assert 'hx-swap-oob="true"' in page
    row = con.get(answer.assessment.get_absolute_url()).content.decode()
    assert "open comment<" in " ".join(row.split()).replace(" <", "<")
    con.post(url("comment_reopen", answer, first.pk), headers=HTMX)
    assert answer.comments.filter(resolved_at=None).count() == 2


def test_comment_works_without_script(cast, sign_in, answer):
    reply = sign_in(cast.con).post(url("comment_add", answer), {"text": "@Rev Iewer"})
    back = f"{answer.assessment.get_absolute_url()}?open={answer.pk}&panel=comments"
    assert (reply.status_code, reply["Location"]) == (302, back)
    assert Mention.objects.get().user == cast.rev
    said = Comment.objects.get()
    reply = sign_in(cast.rev).post(url("comment_resolve", answer, said.pk))
    assert (reply.status_code, reply["Location"]) == (302, back)


def test_reader_may_not_resolve(cast, sign_in, answer):
    said = say(cast, answer, "Where?")
    rob = sign_in(cast.rob)
    assert rob.post(url("comment_resolve", answer, said.pk)).status_code == 403
    assert "Resolve" not in rob.get(url("panel", answer, "comments")).content.decode()


def test_stranger_cannot_resolve(cast, sign_in, answer):
    said = say(cast, answer, "Where?")
    zoe = sign_in(cast.zoe)
    assert zoe.post(url("comment_resolve", answer, said.pk)).status_code == 404
    said.refresh_from_db()
    assert said.resolved_at is None


def test_mention_needs_the_person_until_it_is_resolved(cast, sign_in, answer):
    said = say(cast, answer, "Where is the log? @Con Tributor")
    con = sign_in(cast.con)
    home = reverse("home:home", args=["acme"])
    assert "Ada Lindqvist mentions you" in con.get(home).content.decode()
    assert "mentions you" not in sign_in(cast.otto).get(home).content.decode()
    actions.resolve(by=cast.ada, answer=answer, comment=said)
    assert "mentions you" not in con.get(home).content.decode()


def test_mention_stands_before_everything_that_has_a_day(cast, sign_in, assessment):
    """A person with sixty overdue answers still sees that a colleague asks."""
    answer, *others = assessment.answers.order_by("question__position")
    for one in others:
        one.owner, one.due_on = cast.con, assessment.period_from
        one.save()
    say(cast, answer, "@Con Tributor")
    page = sign_in(cast.con).get(reverse("home:home", args=["acme"])).text
    assert page.index("mentions you") < page.index(others[0].question.title)


def test_mention_in_a_closed_assessment_needs_nobody(cast, sign_in, assessment, answer):
    say(cast, answer, "@Con Tributor")
    close(assessment)
    home = sign_in(cast.con).get(reverse("home:home", args=["acme"]))
    assert "mentions you" not in home.content.decode()


def test_past_the_limit_people_are_named_and_no_mail_goes(cast, answer, sign_in, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "1/h/user"})
    client = sign_in(cast.con)
    for number in range(3):
        client.post(url("comment_add", answer), {"text": f"@Rev Iewer, {number}"})
    assert Mention.objects.filter(user=cast.rev).count() == 3
    assert queued().count() == 1


def test_each_person_named_counts_as_a_mail(cast, answer, sign_in, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "2/h/user"})
    text = "@Rev Iewer, @Ada Lindqvist and @Rob Reader"
    sign_in(cast.con).post(url("comment_add", answer), {"text": text})
    assert (Mention.objects.count(), queued().count()) == (3, 2)


def test_text_that_names_nobody_counts_as_no_mail(cast, answer, sign_in, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "1/h/user"})
    client = sign_in(cast.con)
    for text in ("Write to dpo@acme.example", "@Rev Iewer, see this"):
        client.post(url("comment_add", answer), {"text": text})
    assert queued().count() == 1
