"""May a video be tagged? A no is the answer to everything that is not a clear yes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tagging.consent import Allowed, Denied, Grant, may_tag

PURPOSE = "product_links"
grants = st.builds(
    Grant,
    creator_id=st.integers(1, 3),
    purpose=st.sampled_from([PURPOSE, "training", ""]),
    publication=st.sampled_from(["publish_and_tell", "ask_first", ""]),
)


def test_without_a_consent_a_video_may_not_be_tagged():
    assert may_tag(1, None, PURPOSE) == Denied("no consent")


def test_links_of_a_creator_who_wants_to_be_asked_start_as_proposed():
    assert may_tag(1, Grant(1, PURPOSE, "ask_first"), PURPOSE) == Allowed("proposed")


def test_links_of_a_creator_who_said_publish_start_as_live():
    assert may_tag(1, Grant(1, PURPOSE, "publish_and_tell"), PURPOSE) == Allowed("live")


@given(st.integers(1, 3), grants)
def test_only_the_creators_own_consent_for_this_purpose_counts(creator_id: int, grant: Grant):
    answer = may_tag(creator_id, grant, PURPOSE)
    assert isinstance(answer, Allowed) == (grant.creator_id == creator_id and grant.purpose == PURPOSE)


@given(st.integers(1, 3), grants)
def test_nothing_goes_live_without_the_creator_having_said_so(creator_id: int, grant: Grant):
    if may_tag(creator_id, grant, PURPOSE) == Allowed("live"):
        assert grant.publication == "publish_and_tell"
