"""Model files are found in the wheel or in a folder of one's own, and refused when they are not the expected ones."""

import hashlib
from pathlib import Path

import pytest

from tagging.vision import model_files
from tagging.vision.model_files import HASHES, ModelFileError, verified_model


@pytest.mark.parametrize("name", sorted(HASHES))
def test_it_finds_each_model_inside_the_installed_wheel(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(model_files.FOLDER_VARIABLE, raising=False)
    path = verified_model(name)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == HASHES[name]


def test_it_refuses_a_file_with_other_contents_and_names_both_hashes(tmp_path: Path) -> None:
    (tmp_path / "object_detector.tflite").write_bytes(b"something else")
    with pytest.raises(ModelFileError, match=HASHES["object_detector.tflite"]) as refusal:
        verified_model("object_detector.tflite", tmp_path)
    assert hashlib.sha256(b"something else").hexdigest() in str(refusal.value)


def test_it_notices_that_a_file_changed_after_it_was_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "object_detector.tflite"
    file.write_bytes(b"first")
    monkeypatch.setitem(HASHES, file.name, hashlib.sha256(b"first").hexdigest())
    assert verified_model(file.name, tmp_path) == file
    file.write_bytes(b"other contents")
    with pytest.raises(ModelFileError, match="not the expected one"):
        verified_model(file.name, tmp_path)


def test_it_says_where_a_missing_file_belongs(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"does not exist\. Put object_detector.tflite there"):
        verified_model("object_detector.tflite", tmp_path)


def test_the_environment_variable_selects_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(model_files.FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(ModelFileError, match=str(tmp_path)):
        verified_model("object_detector.tflite")


def test_it_says_which_package_to_install_when_the_wheel_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(model_files.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(model_files, "WHEEL", "a-package-that-nobody-installed")
    with pytest.raises(ModelFileError, match="is not installed"):
        verified_model("object_detector.tflite")


def test_it_refuses_a_name_it_has_no_hash_for() -> None:
    with pytest.raises(ModelFileError, match=r"known are: efficientnet_lite0\.tflite, object_detector\.tflite"):
        verified_model("unknown.tflite")
