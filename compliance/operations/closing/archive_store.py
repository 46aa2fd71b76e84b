"""Storage of the archives of whole organisations until they go."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils import timezone

from compliance.assurance.bundles.download_store import Store
from compliance.assurance.bundles.models import PackageStatus
from compliance.ground.web import file_store
from compliance.operations.closing.models import Archive

archive_store = Store("archives", Archive)


def of_places(*, organisations: Collection[UUID], **_: Any) -> list[str]:
    """Archives of some organisations that are still on the disk, each in a line.

    An archive has all members and the whole trail, so it may name anybody of that place.
    """
    made = Archive.objects.filter(organisation__in=organisations, status=PackageStatus.DONE)
    return [
        f"{one.organisation}: archive of the organisation,"
        f" {timezone.localdate(one.finished_at)}, {file_store.place_of(path)}"
        for one in made.select_related("organisation").order_by("finished_at")
        if file_store.is_there(path := archive_store.path_of(one.sha256))
    ]
