"""Checks what the Python packages cannot bring along: `python -m shopadmin.doctor`.

MediaPipe's library is linked against the system's EGL and OpenGL ES libraries, which servers often lack. On Debian and
Ubuntu they are installed when that is possible without asking; otherwise the message says what to install.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

LIBRARIES = {"libEGL.so.1": "libegl1", "libGLESv2.so.2": "libgles2"}
"""File name of each library, and the Debian package that brings it."""


def missing_packages() -> list[str]:
    """Return the Debian packages of the system libraries that cannot be loaded."""
    missing = []
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def install(packages: list[str]) -> bool:
    """Install Debian packages when this user may; tell whether it was tried and worked."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *packages]):
        done = subprocess.run(  # noqa: S603 - a fixed program with fixed words
            [apt, *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
            return False
    return True


def main() -> int:
    """Return 0 when everything is there."""
    from tagging.vision.model_files import HASHES, ModelFileError, verified_model

    packages = missing_packages()
    if packages and not (install(packages) and not missing_packages()):
        sys.stderr.write(
            "The models need system libraries that are not on this machine.\n"
            f"Install them as root, then try again:  apt-get install {' '.join(packages)}\n"
        )
        return 1
    try:
        for name in HASHES:
            verified_model(name)
    except ModelFileError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
