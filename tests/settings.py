"""Settings of the test suite: the app's own, in a folder of their own."""

import os
import tempfile

os.environ["ATTEST_DATA_DIR"] = tempfile.mkdtemp(prefix="attest-test-")
os.environ.setdefault("ATTEST_SECRET_KEY", "tests-only-" + "x" * 50)

from compliance.settings import *

FAIL_INVALID_TEMPLATE_VARS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
RUN_WORKER = False
CHECKPOINT_MINUTES = 0
WHITENOISE_AUTOREFRESH = True

if "init_command" in DATABASES["default"].get("OPTIONS", {}):  # SQLite
    # PostgreSQL gives rows in any order where none is asked for: so does SQLite here.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA reverse_unordered_selects=ON;"
