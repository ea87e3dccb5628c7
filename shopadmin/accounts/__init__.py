"""People and what they may do: users, roles. The bottom layer: imports no other app of the project."""
