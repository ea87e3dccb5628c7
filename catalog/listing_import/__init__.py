"""Merchants' files become listings: read, mapped, checked, compared, applied and undone (see README.md beside this)."""
