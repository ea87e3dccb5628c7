"""Composes short clips from real photographs, with known truth: which product is where, and when.

The demo shows such clips, and the bench measures detection and tracking on them.
"""

from .cutout import Cutout, UnsuitablePhoto, cut_out
from .rendering import compose
from .script import Camera, ClipScript, Light, Move, Scene, Sprite
from .truth import ClipTruth, TrueAppearance, TrueBox

__all__ = [
    "Camera",
    "ClipScript",
    "ClipTruth",
    "Cutout",
    "Light",
    "Move",
    "Scene",
    "Sprite",
    "TrueAppearance",
    "TrueBox",
    "UnsuitablePhoto",
    "compose",
    "cut_out",
]
