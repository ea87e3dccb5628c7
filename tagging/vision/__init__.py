"""Seeing: from a video file to tracks of objects with their best views, without Django.

Modules, from the file inwards: `media` decodes and samples (opening through `media_source`), `sandbox` does that in a
limited child process, `shots` finds cuts, `detection` joins `efficientdet` and `proposals` to find objects, `watching`
drives all that; `tracking` follows objects and `best_views` chooses pictures of them; `describing` turns a picture into
a signature with `efficientnet`, `colour` and `ppocr`. `types` holds the words they share, `registry` the exchangeable
models. Nothing in this package imports Django, Celery or another package of the project.
"""
