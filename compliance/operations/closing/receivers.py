"""Archives that may name an erased person are listed."""

from compliance.operations.closing import archive_store
from compliance.operations.erasure.actions import files_of_places

files_of_places.connect(archive_store.of_places)
