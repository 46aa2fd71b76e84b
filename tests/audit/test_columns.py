"""Every column of every table is proven by the trail, or excused with a reason."""

import pytest
from django.apps import apps
from django.db import models

from compliance.audit.columns import (
    ELSEWHERE,
    Proven,
    Unproven,
    columns_of,
    is_text,
    proof_of,
    proven,
)
from compliance.models import Answer, Event, Invitation, ShareLink


def test_every_model_says_whether_the_trail_proves_its_rows():
    silent = [m._meta.label for m in apps.get_models() if proof_of(m) is None]
    assert silent == []


def test_models_of_libraries_that_are_excused_are_there():
    labels = {model._meta.label for model in apps.get_models()}
    assert set(ELSEWHERE) <= labels


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda m: m._meta.label)
def test_reasons_are_given_in_words_and_columns_exist(model):
    proof = proof_of(model)
    if isinstance(proof, Unproven):
        assert len(proof.why) > 10
        return
    columns = {column.column for column in model._meta.concrete_fields}
    assert proof.excused.keys() <= columns
    assert all(len(why) > 10 for why in proof.excused.values())
    if proof.chain:
        assert isinstance(
            model._base_manager.filter(**{proof.chain: None}).query, object
        )


def test_only_what_is_not_the_organisations_own_is_left_to_a_reason():
    unproven = {
        model._meta.model_name
        for model in apps.get_models()
        if model._meta.app_label == "compliance" and not _is_proven(model)
    }
    assert unproven == {
        "chainhead", "event", "originevent", "snapshot", "signoff",
        "visit", "presence", "savedview", "asked",
        "challenge",
    }  # fmt: skip


def _is_proven(model):
    return isinstance(proof_of(model), Proven)


def test_a_column_of_every_proven_table_is_its_key():
    for model in proven().values():
        assert str(model._meta.pk.column) in columns_of(model)


def test_texts_that_people_write_may_be_erased_and_words_of_ours_not():
    answer = {name for name, column in columns_of(Answer).items() if is_text(column)}
    assert answer == {"note", "reason", "value"}


def test_no_event_has_what_opens_a_link():
    for model in (Invitation, ShareLink):
        assert "token_hash" not in columns_of(model)


def test_the_chain_itself_is_no_row_of_the_chain():
    assert isinstance(proof_of(Event), Unproven)
    assert issubclass(Event, models.Model)
