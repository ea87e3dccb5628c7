"""What a rule or a list would change, asked of all listings before anything is changed; begin with `services.py`."""
