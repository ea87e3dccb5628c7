"""The demo: a believable shop and creators with real photos and videos, none of which is part of the project.

Photos come from a package of the npm registry, or from what the installed Python packages carry; photos and videos
beside the checkout are used when they are there. `manage.py demo` runs it.
"""
