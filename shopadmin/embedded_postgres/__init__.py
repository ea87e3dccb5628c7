"""PostgreSQL with pgvector for one machine, out of a Python package: a database backend that starts its own server."""
