"""Finding out what the Python packages cannot bring along."""

import pytest

from shopadmin import doctor


def test_it_names_the_package_of_a_library_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", {"libnosuchthing.so.9": "libnosuchthing9"})

    assert doctor.missing_packages() == ["libnosuchthing9"]


def test_it_says_what_to_install_when_it_may_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", {"libnosuchthing.so.9": "libnosuchthing9"})
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)

    assert doctor.main() == 1
    assert "apt-get install libnosuchthing9" in capsys.readouterr().err
