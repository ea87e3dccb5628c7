"""The audit log: who did what, when, to what, from what to what. Append-only and hash-chained.

`recording.record` writes, `models.AuditEntry.objects` reads, `manage.py verify_audit` proves that nothing was changed.
"""
