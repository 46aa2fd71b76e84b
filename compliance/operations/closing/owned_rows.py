"""The tables with rows of organisations, and the way from each row to its organisation."""

from functools import cache

from django.apps import apps
from django.db import models

from compliance.identity.organisations.models import User
from compliance.proof.audit.columns import Proven, proof_of
from compliance.proof.audit.models import ChainHead, Event

_OWN_WAY = {ChainHead, Event}
"""The trail itself, which goes last."""


@cache
def owned() -> dict[type[models.Model], str]:
    """Model to the lookup of its organisation's id, of all that belong to one."""
    found = {one: way_of(one) for one in apps.get_models() if one not in _OWN_WAY}
    return {model: way for model, way in found.items() if way}


def rows_of(model: type[models.Model], organisation_id: object) -> "models.QuerySet[models.Model]":
    """The rows of a table that belong to an organisation."""
    return model._base_manager.filter(**{owned()[model]: organisation_id})


@cache
def way_of(model: type[models.Model]) -> str:
    """The lookup of the organisation's id; "" for a table of no organisation.

    As the trail says it; of what the trail does not prove, along its references.
    """
    proof = proof_of(model)
    if isinstance(proof, Proven):
        return proof.chain
    for field in model._meta.concrete_fields:
        onward = field.related_model
        if not isinstance(onward, type) or onward in {User, model}:
            continue
        if way := way_of(onward):
            return f"{field.name}__{way}"
    return ""
