"""The editor's forms as a browser sends them."""

from django.urls import reverse

from compliance.audit import trail
from compliance.checklists import content
from compliance.models import Question


def url(name, edition, org="acme"):
    return reverse(f"checklists:{name}", args=[org, edition.pk])


def typed(client, edition, key="Q1"):
    """What the form of a question sends when nothing is changed."""
    editor = client.get(f"{url('edit', edition)}?question={key}").context["editor"]
    data = {"key": key}
    for part in editor.parts:
        for field in part:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
    return data


def save(client, edition, key="Q1", **changes):
    data = typed(client, edition, key) | changes
    return client.post(url("question_save", edition), data)


def key_of(event):
    """The key of what an action added."""
    return trail.changes(event)[1]["key"]


def question_of(edition, key="Q1"):
    rows = content.with_links(Question.objects.filter(edition=edition))
    return content.question_document(rows.get(key=key))
