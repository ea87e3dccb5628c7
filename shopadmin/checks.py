"""System checks of the settings: what is missing or unsafe, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def secret_key_is_own(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The default key is public; it is for one machine only."""
    if settings.SECRET_KEY == settings.INSECURE_KEY:
        return [
            Error(
                "SECRET_KEY is the public default.",
                hint="Set SECRET_KEY in the environment to 50 random characters.",
                id="shopadmin.E001",
            )
        ]
    return []


@register(Tags.security)
def content_security_policy_is_strict(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Django itself does not notice a missing policy, nor one that allows inline scripts."""
    policy = getattr(settings, "SECURE_CSP", {})
    middleware = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    sources = [str(source) for directive in ("script-src", "style-src") for source in policy.get(directive, ())]
    if middleware not in settings.MIDDLEWARE or not sources:
        return [Error("There is no content security policy.", hint="Set SECURE_CSP.", id="shopadmin.E002")]
    if any("unsafe" in source or source == "*" for source in sources):
        return [
            Error(
                "The content security policy allows inline or foreign scripts or styles.",
                hint="Keep script-src and style-src to SELF and NONCE.",
                id="shopadmin.E003",
            )
        ]
    return []


@register(Tags.database)
def database_is_postgresql(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Vectors, exclusion constraints and partial indexes need PostgreSQL with pgvector."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine not in {"shopadmin.embedded_postgres", "django.db.backends.postgresql"}:
        return [
            Error(
                f"DATABASE_URL selects {engine}, but the site needs PostgreSQL 18 with pgvector.",
                hint="Use postgres://user:password@host/name, or leave DATABASE_URL empty for the embedded server.",
                id="shopadmin.E004",
            )
        ]
    return []


@register()
def broker_keeps_messages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Two of the queue library's transports lose messages when a process dies."""
    scheme = settings.CELERY_BROKER_URL.partition("://")[0]
    if scheme not in {"pgmq", "amqp", "amqps", "pyamqp", "redis", "rediss"}:
        return [
            Error(
                f"CELERY_BROKER_URL uses {scheme}, which is not supported.",
                hint="Use amqp:// (RabbitMQ), redis://, or leave it empty for the queue in the database.",
                id="shopadmin.E005",
            )
        ]
    return []


@register()
def numbers_are_in_range(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Numbers that would make the tagger idle or endless."""
    messages: list[CheckMessage] = []
    options = settings.SHOPADMIN
    for name, value, lowest, highest in (
        ("FRAMES_PER_SECOND", options["FRAMES_PER_SECOND"], 0.1, 30),
        ("LINKS_PER_TRACK", options["LINKS_PER_TRACK"], 1, 20),
        ("LINKS_PER_VIDEO", options["LINKS_PER_VIDEO"], 1, 500),
        ("PRICE_FRESH_FOR_DAYS", options["PRICE_FRESH_FOR_DAYS"], 1, 365),
        ("BLIND_SAMPLES_A_WEEK", options["BLIND_SAMPLES_A_WEEK"], 0, 10_000),
        ("SCREENINGS_KEPT_OF_CLEAN", options["SCREENINGS_KEPT_OF_CLEAN"], 0, 100),
        ("IMPORT_MAX_BYTES", options["IMPORT_MAX_BYTES"], 1000, 2**40),
        ("IMPORT_KEPT_DAYS", options["IMPORT_KEPT_DAYS"], 1, 3650),
        ("JOB_LEASE_S", options["JOB_LEASE_S"], 5, 3600),
        ("JOB_MAX_ATTEMPTS", options["JOB_MAX_ATTEMPTS"], 1, 20),
    ):
        if not lowest <= value <= highest:
            messages.append(
                Error(
                    f"{name} is {value}, which is outside {lowest} to {highest}.",
                    hint=f"Set {name} in the environment to a number in that range.",
                    id="shopadmin.E006",
                )
            )
    if options["JOB_LEASE_S"] < 30:
        messages.append(Warning("JOB_LEASE_S is short; slow machines may lose leases.", id="shopadmin.W001"))
    return messages
