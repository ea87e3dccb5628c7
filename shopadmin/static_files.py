"""How static files are named when they are collected."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Names files by their contents, and renames them in the imports of JavaScript modules too.

    So browsers may keep every file for ever, and never mix modules of two releases.
    """

    support_js_module_import_aggregation = True
