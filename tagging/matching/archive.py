"""Arrays and plain values as bytes and back, without pickle, and the hash that names a version.

The format is NumPy's own `.npz` with one extra member for the plain values as JSON. The same contents give the same
bytes.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .types import InvalidModel

PLAIN = "plain"
MAGIC = "shopadmin"
VERSION_LENGTH = 12


def pack(kind: str, arrays: Mapping[str, NDArray[Any]], plain: Mapping[str, Any]) -> bytes:
    """Return arrays and JSON values as bytes; `kind` is checked again by `unpack`."""
    header = json.dumps({MAGIC: kind, **plain}, sort_keys=True).encode()
    file = BytesIO()
    np.savez(file, allow_pickle=False, **{PLAIN: np.frombuffer(header, dtype=np.uint8)}, **arrays)
    return file.getvalue()


def unpack(kind: str, content: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return what `pack` stored; raise `InvalidModel` when the bytes are damaged or of another kind."""
    try:
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        plain = json.loads(arrays.pop(PLAIN).tobytes())
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InvalidModel(f"These bytes are not a stored {kind}: {error}. Fit and store it again.") from error
    if not isinstance(plain, dict) or plain.pop(MAGIC, None) != kind:
        raise InvalidModel(f"These bytes are not a stored {kind}, but something else. Fit and store it again.")
    return arrays, plain


def content_hash(arrays: Mapping[str, NDArray[Any]], plain: Mapping[str, Any]) -> str:
    """Return a short name for exactly these contents: the first hexadecimal digits of their SHA-256."""
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}:{array.dtype.str}:{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:VERSION_LENGTH]
