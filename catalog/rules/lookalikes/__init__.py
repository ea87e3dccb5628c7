"""PURE. Names that imitate protected brands: what they look like, which brand they name, and how well that works."""
