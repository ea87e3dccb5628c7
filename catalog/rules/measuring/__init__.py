"""PURE. What is measured of rules: how right, how complete, how often, how alike; and what follows for a listing."""
