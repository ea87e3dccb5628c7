"""The pages of tagging: each view parses, authorises, calls one verb, and answers."""
