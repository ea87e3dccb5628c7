"""Vectors over PostgreSQL's binary protocol, as NumPy arrays.

Django's fields send and read vectors as text, which is right for single rows. For searches and bulk work the text costs
as much as the search itself, so these go through a cursor of psycopg's own that speaks binary. Its adapters are
registered on the cursor alone: the connection's other cursors keep Django's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import psycopg
from django.db import connection
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format
from psycopg.types import TypeInfo

type BinaryCursor = psycopg.Cursor[tuple[Any, ...]]

# Both types begin with the number of dimensions and two unused bytes (vector_send, halfvec_send in pgvector).
_HEADER = struct.Struct(">HH")

_types_of: WeakKeyDictionary[psycopg.Connection[Any], tuple[TypeInfo, ...]] = WeakKeyDictionary()


class _HalfVectorDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        """Return a one-dimensional array as a halfvec."""
        return _HEADER.pack(len(obj), 0) + np.asarray(obj).astype(">f2").tobytes()


class _HalfVectorLoader(Loader):
    format = Format.BINARY

    def load(self, data: Any) -> Any:
        """Return a halfvec as a float32 array."""
        return np.frombuffer(data, ">f2", offset=_HEADER.size).astype(np.float32)


class _VectorLoader(Loader):
    format = Format.BINARY

    def load(self, data: Any) -> Any:
        """Return a vector as a float32 array."""
        return np.frombuffer(data, ">f4", offset=_HEADER.size).astype(np.float32)


@contextmanager
def binary_cursor() -> Iterator[BinaryCursor]:
    """Open a binary cursor on Django's connection: arrays go in as halfvec, vectors of both kinds come out as float32.

    It takes part in Django's transaction, and its errors are Django's.
    """
    connection.ensure_connection()
    # Named in full, because Django makes the connection's own cursors put parameters into the text themselves.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.format = Format.BINARY
        half, full = _vector_types(connection.connection)
        half.register(cursor)
        full.register(cursor)
        cursor.adapters.register_dumper(np.ndarray, type("_Dumper", (_HalfVectorDumper,), {"oid": half.oid}))
        cursor.adapters.register_loader(half.oid, _HalfVectorLoader)
        cursor.adapters.register_loader(full.oid, _VectorLoader)
        yield cursor


def _vector_types(raw: psycopg.Connection[Any]) -> tuple[TypeInfo, ...]:
    """Return halfvec and vector as this database numbers them; asked once a connection."""
    if raw not in _types_of:
        query = "SELECT t::text, t::oid, (t::text || '[]')::regtype::oid FROM unnest('{halfvec,vector}'::regtype[]) t"
        rows = raw.cursor().execute(query).fetchall()
        _types_of[raw] = tuple(TypeInfo(*row) for row in rows)
    return _types_of[raw]
