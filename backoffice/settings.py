"""Settings of the back office: everything that differs between installations comes from the environment."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import time, timedelta
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from backoffice.keys import read_or_create
from backoffice.navigation import UNFOLD_SITE

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

# Keys --------------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_create(
    DATA_DIR / "secret.key", get_random_secret_key
)
# The first key encrypts, all of them decrypt: rotate by putting a new one in front.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [
    read_or_create(DATA_DIR / "encryption.key", lambda: Fernet.generate_key().decode())
]

# Web ---------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # an action on a full page of rows posts one field per row
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

INSTALLED_APPS = [
    "backoffice.apps.BackofficeConfig",
    "orders.apps.OrdersConfig",
    "offers.apps.OffersConfig",
    "connections.apps.ConnectionsConfig",
    "unfold.apps.BasicAppConfig",  # the site is our own
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "backoffice.apps.BackofficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "import_export",
    "django_q",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

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
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Language and time: stored in UTC, shown as people in Amsterdam read their clock ------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch"))]
# A browser keeps the language that was chosen, and not only until it is closed.
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["backoffice.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# Files -------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True  # a checkout serves its static files without a collecting step
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = DATA_DIR / "files"

# Database ----------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'backoffice.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 60  # also spares every background task a new connection
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "ENGINE": "backoffice.sqlite",  # writers queue in turn instead of polling for the lock
        "OPTIONS": {
            # Taking the write lock at the start is what makes waiting work: a lock upgrade fails at once.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;"
                "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY"
            ),
        },
        # A file, as in real life, for threads share it; each test run has one of its own.
        "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"backoffice-test-{os.getpid()}.sqlite3")},
    }
else:
    DATABASES["default"] |= {
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.str("TEST_DATABASE", default="test_backoffice")},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Background work ---------------------------------------------------------------------------------
Q_BROKER = env.str("Q_BROKER", default="orm")
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
Q_CLUSTER = {
    "name": env.str("Q_NAME", default="backoffice"),
    "label": _("Background tasks"),
    "workers": env.int("Q_WORKERS", default=4),
    "bulk": 4,
    "queue_limit": 8,
    "poll": 0.2,
    "timeout": 120,
    # A fetched task waits in the cluster's own queue, and its lock runs all that time:
    # timeout x (1 + (queue_limit + bulk) / workers) = 480 s must stay below this.
    "retry": env.int("Q_RETRY", default=600),
    "max_attempts": 3,
    "ack_failures": True,  # retries are the outbox's decision, not the queue's
    "save_limit": -1,
    "catch_up": False,
    "recycle": 500,
    "max_rss": 300_000,
    "guard_cycle": 1,
    "ALT_CLUSTERS": {},
}
if Q_BROKER == "redis":
    Q_CLUSTER["redis"] = REDIS_URL
else:
    Q_CLUSTER["orm"] = "default"

# bol ---------------------------------------------------------------------------------------------
# A connection may only point at bol itself or at this machine: a typed-in address must not receive secrets.
BOL_HOSTS = env.list("BOL_HOSTS", default=["api.bol.com", "login.bol.com"])
# How long after an unanswered once-only command bol may still carry it out; nothing is repeated before.
BOL_SETTLE_TIME = timedelta(seconds=env.float("BOL_SETTLE_SECONDS", default=600))
# What a worker that died held (a flow, messages being sent) is free again after this.
BOL_LEASE = timedelta(seconds=env.float("BOL_LEASE_SECONDS", default=75))
# The longest that a call may take: none begins when its lease ends before that.
BOL_CALL_TIME = timedelta(seconds=env.float("BOL_CALL_SECONDS", default=35))
BOL_REQUEST_LOG_DAYS = env.int("BOL_REQUEST_LOG_DAYS", default=7)

# Guard rails of imports and bulk actions ---------------------------------------------------------
GUARD_PRICE_PERCENT = Decimal(env.str("GUARD_PRICE_PERCENT", default="30"))
GUARD_STOCK_SHARE_PERCENT = Decimal(env.str("GUARD_STOCK_SHARE_PERCENT", default="20"))
GUARD_SMALLEST_PROJECT = env.int("GUARD_SMALLEST_PROJECT", default=20)

# Orders ------------------------------------------------------------------------------------------
# How often each connection looks for orders.
# So long after everything about an order was handled its customer is forgotten.
PERSONAL_DATA_DAYS = env.int("PERSONAL_DATA_DAYS", default=90)
ORDERS_INTERVAL = timedelta(seconds=env.float("ORDERS_INTERVAL", default=60))
# Carriers by bol's codes: those named come first, "CODE=Name" adds or renames one.
TRANSPORTERS = env.list("TRANSPORTERS", default=[])
TRANSPORTERS_HIDDEN = env.list("TRANSPORTERS_HIDDEN", default=[])
TRANSPORTERS_UNTRACED = env.list("TRANSPORTERS_UNTRACED", default=["BRIEFPOST", "OTHER"])
# The days on which parcels leave (1 is Monday), and when the carrier comes for the last time; empty is midnight.
SHIPPING_DAYS = frozenset(env.list("SHIPPING_DAYS", cast=int, default=[1, 2, 3, 4, 5]))
if not SHIPPING_DAYS or SHIPPING_DAYS - set(range(1, 8)):
    raise ImproperlyConfigured("SHIPPING_DAYS names at least one day from 1 (Monday) to 7 (Sunday).")
LAST_COLLECTION = time.fromisoformat(env.str("LAST_COLLECTION")) if env.str("LAST_COLLECTION", "") else None
# Orders that bol cancels within so many hours are listed as expiring.
EXPIRY_WARNING = timedelta(hours=env.float("EXPIRY_WARNING_HOURS", default=48))

# Notifications: from where bol may post them (empty: from anywhere, for they are signed), and how many proxies of our own
# stand before us and say from where a request came.
BOL_NOTIFICATION_NETWORKS = [ip_network(text) for text in env.list("BOL_NOTIFICATION_NETWORKS", default=[])]
PROXIES_IN_FRONT = env.int("PROXIES_IN_FRONT", default=0)
BOL_NOTIFICATION_DAYS = env.int("BOL_NOTIFICATION_DAYS", default=14)

# Watching ----------------------------------------------------------------------------------------
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
ALERT_CHANNELS = {
    "email": env.list("ALERT_EMAILS", default=[]),
    "webhook": env.list("ALERT_WEBHOOKS", default=[]),
}
DEADMAN_URL = env.str("DEADMAN_URL", default="")
MONITORING_TOKEN = env.str("MONITORING_TOKEN", default="")
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="backoffice@localhost")

# Spreadsheets ------------------------------------------------------------------------------------
IMPORT_EXPORT_SKIP_ADMIN_LOG = True  # one entry per import run, not one per row
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# Logs --------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"not_counted": {"()": "backoffice.logs.NotCounted"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
        for name in ("backoffice", "connections", "offers", "orders")
    }
    | {"django.request": {"filters": ["not_counted"]}},
}

UNFOLD = UNFOLD_SITE

if "pytest" in sys.modules:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
