"""Storage of the archives of whole organisations until they go."""

from compliance.bundles.download_store import Store
from compliance.closing.models import Archive

archive_store = Store("archives", Archive)
