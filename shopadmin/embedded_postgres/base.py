"""Django's PostgreSQL backend, with a server of its own that is started when it does not answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from . import server


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server in the folder that the setting OPTIONS["data_folder"] names."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return libpq's parameters, with the socket's folder as the host."""
        parameters = super().get_connection_params()
        parameters.pop("data_folder", None)
        parameters["host"] = str(server.socket_folder(self._data_folder))
        parameters["user"] = server.USER
        parameters["application_name"] = server.application_name()
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, starting the server first if it does not answer."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            server.ensure_running(self._data_folder, str(conn_params.get("dbname", "postgres")))
            return super().get_new_connection(conn_params)

    @property
    def _data_folder(self) -> Path:
        return Path(self.settings_dict["OPTIONS"]["data_folder"])
