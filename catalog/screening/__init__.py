"""Asking the rules of listings within a second of their change, and what follows; begin with `services.py`."""
