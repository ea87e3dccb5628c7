"""`manage.py tag_video`: a local file in, its links out, as a table or as one JSON object."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from tagging.models import Video
from tagging.services.loaded_models import close_models

from .. import factories
from . import scenes

pytestmark = pytest.mark.real_models


@pytest.fixture
def dana(committed):
    creator = factories.creator("dana")
    factories.grant(creator)
    return creator


def test_it_prints_one_json_object_and_nothing_else(dana, shop, clip, capsys):
    call_command("tag_video", str(clip), creator="dana", title="Two things", json=True)
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"video", "duration_s", "shots", "tracks", "timings_s", "versions"}
    assert printed["video"]["title"] == "Two things"
    assert printed["duration_s"] == pytest.approx(1.2, abs=0.15)
    links = [link for track in printed["tracks"] for link in track["links"]]
    assert {"Thing 1", "Thing 2"} <= {link["product"]["title"] for link in links}
    assert all({"product", "score", "probability", "kind", "rank"} <= set(link) for link in links)
    for track in printed["tracks"]:
        assert 0 <= track["start_s"] < track["end_s"]
        assert all(0 <= side <= 1 for side in track["box"])


def test_it_prints_a_table_for_people(dana, shop, clip, capsys):
    call_command("tag_video", str(clip), creator="dana")
    printed = capsys.readouterr().out
    assert "Thing 1 (SKU-" in printed
    assert "seconds: " in printed


def test_the_text_on_things_is_read_by_the_real_reader(dana, shop, clip, settings, capsys):
    settings.SHOPADMIN = {**settings.SHOPADMIN, "READER": "ppocr-v6"}
    close_models()
    call_command("tag_video", str(clip), creator="dana", json=True)
    assert json.loads(capsys.readouterr().out)["versions"]["reader"].startswith("ppocr-v6@")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"creator": "nobody"}, "There is no creator with the handle 'nobody'"),
        ({"creator": "erin"}, "no consent"),
        ({"creator": "dana", "file": "gone.mp4"}, "There is no file gone.mp4"),
        ({"creator": "dana", "file": __file__}, "cannot be tagged: This file is not a video"),
    ],
)
def test_it_says_what_is_wrong(dana, clip, arguments, message, capsys):
    factories.creator("erin")
    with pytest.raises(CommandError, match=message):
        call_command("tag_video", arguments.get("file", str(clip)), creator=arguments["creator"], json=True)
    assert capsys.readouterr().out == ""


def test_without_an_index_it_finds_tracks_and_says_why_there_are_no_links(dana, clip, capsys):
    scenes.sell_signs()
    call_command("tag_video", str(clip), creator="dana")
    assert "none: the catalogue is not indexed yet" in capsys.readouterr().out
    assert Video.objects.get().state == Video.State.TAGGED
