"""The evasion watch: who stops just beyond a threshold, writes names in new ways, or lists again what was taken down.

Each sign comes with its evidence and with a rule, or an entry of a list, that would catch it. Nothing acts by itself.
"""

from .dealing import dismiss, take_entry
from .suspicions import Suspicion
from .watching import evasion_watch, keep_signs

__all__ = ["Suspicion", "dismiss", "evasion_watch", "keep_signs", "take_entry"]
