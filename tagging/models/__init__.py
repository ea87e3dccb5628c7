"""The nouns of tagging. Submodules import downwards only: links → tracks → videos → consents → creators."""

from .consents import ConsentEvent, ConsentGrant, Publication, Purpose
from .creators import Creator
from .index import IndexEntry, IndexVersion, NoLiveIndex, PhotoSignature
from .jobs import TagJob
from .labels import LabelPolicy
from .links import Notice, ProductLink
from .tracks import Appearance, Shot, Track, TrackView
from .videos import Video

__all__ = [
    "Appearance",
    "ConsentEvent",
    "ConsentGrant",
    "Creator",
    "IndexEntry",
    "IndexVersion",
    "LabelPolicy",
    "NoLiveIndex",
    "Notice",
    "PhotoSignature",
    "ProductLink",
    "Publication",
    "Purpose",
    "Shot",
    "TagJob",
    "Track",
    "TrackView",
    "Video",
]
