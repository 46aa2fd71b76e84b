"""Every setting, read once from the environment. Each has a row in ``docs/settings.md``."""

import os
import re
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path

from django.contrib.messages.constants import ERROR, SUCCESS, WARNING
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from compliance.ground.web.bucket import place_in
from compliance.ground.web.secret import kept_secret, retired_secrets

env = Env(prefix="ATTEST_")

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
KEYS_DIR = Path(env.str("KEYS_DIR", str(DATA_DIR / "keys"))).resolve()
CHECKPOINTS_DIR = Path(env.str("CHECKPOINTS_DIR", str(DATA_DIR / "checkpoints"))).resolve()

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret(DATA_DIR / "secret.key")
SECRET_KEY_FALLBACKS = [
    *env.list("RETIRED_SECRET_KEYS", []),
    *retired_secrets(DATA_DIR / "secret.key.retired"),
]
ALLOWED_HOSTS = env.list("HOSTS", ["localhost", "127.0.0.1", "[::1]"])
if "*" in ALLOWED_HOSTS:
    msg = "ATTEST_HOSTS names the hosts that Attest answers for; * is refused."
    raise ImproperlyConfigured(msg)
HTTPS = env.bool("HTTPS", False)
URL = env.str("URL", "http://127.0.0.1:8000").rstrip("/")
if not URL.startswith(("http://", "https://")):
    msg = "ATTEST_URL is the address people reach Attest at, such as https://attest.example."
    raise ImproperlyConfigured(msg)
SIGN_UP = env.bool("SIGN_UP", False)
NAME_SERVER = env.str("NAME_SERVER", "")
INVITATION_DAYS = env.int("INVITATION_DAYS", 7)
if not 1 <= INVITATION_DAYS <= 90:
    msg = "ATTEST_INVITATION_DAYS is between 1 and 90."
    raise ImproperlyConfigured(msg)
CHECKPOINT_MINUTES = env.int("CHECKPOINT_MINUTES", 60)
CHECKPOINT_MAIL = env.str("CHECKPOINT_MAIL", "")
RUN_WORKER = env.bool("RUN_WORKER", True)
REPLICA_URL = env.str("REPLICA_URL", "")
TASKS_URL = env.str("TASKS_URL", "")
if TASKS_URL and not TASKS_URL.startswith(("redis://", "rediss://", "amqp://", "amqps://")):
    msg = "ATTEST_TASKS_URL is an address such as redis://host:6379/1 or amqp://host//."
    raise ImproperlyConfigured(msg)
if TASKS_URL and find_spec("celery") is None:
    msg = "Celery is not installed: pip install --require-hashes -r locks/celery.lock"
    raise ImproperlyConfigured(msg)
TASK_SECONDS = env.int("TASK_SECONDS", 3600)
if TASK_SECONDS < 60:
    msg = "ATTEST_TASK_SECONDS is 60 or more."
    raise ImproperlyConfigured(msg)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if METRICS_TOKEN:
    if len(METRICS_TOKEN) < 20:
        msg = "ATTEST_METRICS_TOKEN is 20 characters or more."
        raise ImproperlyConfigured(msg)
    # All processes of this data folder count in these files. Read when the library is
    # imported, so that it must stand here.
    METRICS_DIR = DATA_DIR / "metrics"
    METRICS_DIR.mkdir(mode=0o700, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)
DISK_FREE_BYTES = env.int("DISK_FREE_BYTES", 1024 * 1024 * 1024)
BACKUP_HOURS = env.int("BACKUP_HOURS", 26)
UPLOAD_BYTES = env.int("UPLOAD_BYTES", 50 * 1024 * 1024)
UPLOADS_PER_HOUR = env.int("UPLOADS_PER_HOUR", 60)
ORGANISATION_BYTES = env.int("ORGANISATION_BYTES", 5 * 1024 * 1024 * 1024)
ARCHIVE_DAYS = env.int("ARCHIVE_DAYS", 7)
if not 1 <= ARCHIVE_DAYS <= 90:
    msg = "ATTEST_ARCHIVE_DAYS is between 1 and 90."
    raise ImproperlyConfigured(msg)
GRACE_DAYS = env.int("GRACE_DAYS", 30)
if not 1 <= GRACE_DAYS <= 365:
    msg = "ATTEST_GRACE_DAYS is between 1 and 365."
    raise ImproperlyConfigured(msg)
ORGANISATION_MEMBERS = env.int("ORGANISATION_MEMBERS", 0)
ORGANISATION_ASSESSMENTS = env.int("ORGANISATION_ASSESSMENTS", 0)
FILES_PER_ASSESSMENT = env.int("FILES_PER_ASSESSMENT", 500)
PICTURE_PIXELS = env.int("PICTURE_PIXELS", 25_000_000)
SCAN_SOCKET = env.str("SCAN_SOCKET", "")
if SCAN_SOCKET and not re.fullmatch(r"/.+|.+:\d{1,5}", SCAN_SOCKET):
    msg = "ATTEST_SCAN_SOCKET is a path such as /run/clamav/clamd.ctl, or host:port."
    raise ImproperlyConfigured(msg)
PRIVATE_NETWORKS = env.list("PRIVATE_NETWORKS", [], subcast=ip_network)
OUTGOING_PORTS = env.list("OUTGOING_PORTS", [443], subcast=int)
MCP = env.bool("MCP", False)
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", 600)
API_CALLS_PER_MINUTE_OF_ALL = env.int("API_CALLS_PER_MINUTE_OF_ALL", 3000)
SCAN_SECONDS = env.int("SCAN_SECONDS", 30)
SHEET_BYTES = env.int("SHEET_BYTES", 10 * 1024 * 1024)
REPORT_SECONDS = env.int("REPORT_SECONDS", 600)
REPORT_BYTES = env.int("REPORT_BYTES", 1024 * 1024 * 1024)
SEAL_PKCS12 = env.str("SEAL_PKCS12", "")
SEAL_KEY = env.str("SEAL_KEY", "")
SEAL_CHAIN = env.str("SEAL_CHAIN", "")
SEAL_PASSWORD_FILE = env.str("SEAL_PASSWORD_FILE", "")
TIMESTAMP_URL = env.str("TIMESTAMP_URL", "")
if TIMESTAMP_URL and not TIMESTAMP_URL.startswith(("http://", "https://")):
    msg = "ATTEST_TIMESTAMP_URL is the address of an RFC 3161 service, or empty."
    raise ImproperlyConfigured(msg)
TIMESTAMP_CERTIFICATES = env.str("TIMESTAMP_CERTIFICATES", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "compliance",
    "django_tasks_db",  # behind ours, whose db_worker does more
]
MIDDLEWARE = [
    "compliance.operations.monitoring.middleware.RequestMiddleware",
    "compliance.programs.api.middleware.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "compliance.ground.web.middleware.HeadersMiddleware",
    "compliance.ground.web.middleware.PackMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "compliance.ground.web.static_files.StaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    *(["compliance.ground.web.replica.OwnWritesMiddleware"] if REPLICA_URL else []),
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "compliance.ground.web.middleware.InPlaceMiddleware",
    "compliance.identity.accounts.session_expiry.SessionUseMiddleware",
    "compliance.identity.organisations.signed_on.SignedOnMiddleware",
    "compliance.ground.web.middleware.SignInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "compliance.ground.web.middleware.KeptMiddleware",
    "compliance.ground.web.middleware.UnwritableMiddleware",
]
MESSAGE_STORAGE = "compliance.ground.web.messages.Storage"
MESSAGE_TAGS = {SUCCESS: "good", WARNING: "warn", ERROR: "bad"}  # kinds of note
ROOT_URLCONF = "compliance.urls"
WSGI_APPLICATION = "compliance.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "compliance.identity.organisations.commands.ways",
            ],
        },
    },
]

DATABASE_URL = Env().str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'attest.sqlite3'}")
DATABASES = {"default": Env().dj_db_url("DATABASE_URL", DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that reads and then writes waits for its turn and is
    # never refused half-way. FULL: what the screen calls saved survives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            " PRAGMA mmap_size=134217728; PRAGMA cache_size=-20000;"
            " PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=27103364;"
        ),
    }
DATABASES["default"]["CONN_MAX_AGE"] = None
# A cursor of the server lives in one connection, and a pool of transactions gives another.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("POOLED", False)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if REPLICA_URL:
    if not all(url.startswith("postgres") for url in (REPLICA_URL, DATABASE_URL)):
        msg = "ATTEST_REPLICA_URL and DATABASE_URL are addresses of PostgreSQL."
        raise ImproperlyConfigured(msg)
    far = Env().dj_db_url("ATTEST_REPLICA_URL")
    DATABASES["replica"] = far | {
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        # A page waits no longer for it, and is then read from the primary. The address
        # itself stays as it is: how the server has to prove itself, above all.
        "OPTIONS": {"connect_timeout": 2, "tcp_user_timeout": 3000} | far.get("OPTIONS", {}),
        "TEST": {"MIRROR": "default"},
    }
    DATABASE_ROUTERS = ["compliance.ground.web.replica.Router"]

AUTH_USER_MODEL = "compliance.User"
AUTHENTICATION_BACKENDS = [
    "compliance.identity.accounts.adapter.Backend",
]
PASSWORD_HASHERS = ["compliance.ground.web.passwords.Argon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "organisations:front"
ACCOUNT_ADAPTER = "compliance.identity.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "reset_password": "compliance.identity.accounts.password_reset.ResetForm",
    "signup": "compliance.identity.accounts.sign_up.SignUp",
}
ACCOUNT_SIGNUP_FORM_CLASS = "compliance.identity.accounts.adapter.SignUpForm"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
MFA_ADAPTER = "compliance.identity.accounts.factor_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1  # the code before and the one after: clocks differ
MFA_FORMS = {
    "authenticate": "compliance.identity.accounts.second_step_forms.CodeForm",
    "authenticate_webauthn": "compliance.identity.accounts.second_step_forms.PasskeyForm",
    "login_webauthn": "compliance.identity.accounts.second_step_forms.PasskeyLoginForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # as by password
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXIES", 0)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Failures count by account and network (accounts.py), and by network alone.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "100/h/ip,10/15m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reauthenticate": "10/15m/user",
    "signup": "20/h/ip",
}
# In files, so that the processes of ``serve`` count failed sign-ins together; several
# machines share a table or a server by a URL.
CACHES = {"default": env.dj_cache_url("CACHE_URL", f"file://{DATA_DIR / 'cache'}?max_entries=20000")}
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL:
    if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
        msg = "ATTEST_REDIS_URL is an address such as redis://host:6379/0."
        raise ImproperlyConfigured(msg)
    CACHES = {
        "default": {
            "BACKEND": "compliance.ground.web.redis_cache.GuardedRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "attest",
        },
        "instead": CACHES["default"],
    }

SESSION_ENGINE = "compliance.ground.web.sessions"
SESSION_COOKIE_AGE = 24 * 60 * 60  # a policy sets it lower (session_expiry.py)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "compliance.identity.organisations.views.front.csrf_failure"
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked inside, past the proxy
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
    "frame-ancestors": ["'none'"],
}

# A page saved whole without JavaScript may carry 1,500 fields (safety.md, C5).
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = ["compliance.content.evidence.upload.BoundedUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
MEDIA_ROOT = DATA_DIR / "files"
FILES_URL = env.str("FILES_URL", "")
BACKUPS_URL = env.str("BACKUPS_URL", "")
for name, url in {"FILES_URL": FILES_URL, "BACKUPS_URL": BACKUPS_URL}.items():
    try:
        if url:
            place_in(url)
    except ValueError as error:
        msg = f"ATTEST_{name} {error}."
        raise ImproperlyConfigured(msg) from error
if FILES_URL and BACKUPS_URL and place_in(FILES_URL).has(place_in(BACKUPS_URL)):
    msg = (
        "ATTEST_BACKUPS_URL is another place than ATTEST_FILES_URL: another bucket, or"
        " another folder that is neither in it nor around it."
    )
    raise ImproperlyConfigured(msg)

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "compliance.ground.web.static_files.Storage"},
}

TASKS = {
    "default": {
        "BACKEND": "compliance.ground.web.carrier.CarriedBackend"
        if TASKS_URL
        else "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "quick"],
    },
}
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.console.EmailBackend"
        if not env.str("MAIL_HOST", "")
        else "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env.str("MAIL_HOST", ""),
            "port": env.int("MAIL_PORT", 587),
            "username": env.str("MAIL_USER", ""),
            "password": env.str("MAIL_PASSWORD", ""),
            "use_tls": env.bool("MAIL_TLS", True),
            "timeout": 30,
        }
        if env.str("MAIL_HOST", "")
        else {},
    },
}
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "Attest <attest@localhost>")

LANGUAGE_CODE = "en-gb"
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "compliance" / "locale"]  # the words of reports
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")
FORMAT_MODULE_PATH = None

LOG_FORMAT = env.str("LOG_FORMAT", "line")
if LOG_FORMAT not in {"line", "json"}:
    msg = "ATTEST_LOG_FORMAT is line or json."
    raise ImproperlyConfigured(msg)
LOG_LEVEL = env.str("LOG_LEVEL", "WARNING")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name} [{request}] {message}",
            "style": "{",
        },
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "{asctime} {levelname} {name} {request} {message}",
            "style": "{",
            "rename_fields": {"asctime": "at", "levelname": "level"},
        },
    },
    "filters": {
        "short": {"()": "compliance.ground.web.logs.KeepShort"},
        "tokens": {"()": "compliance.ground.web.logs.HideTokens"},
        "request": {"()": "compliance.ground.web.logs.AddRequest"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["short", "tokens", "request"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
