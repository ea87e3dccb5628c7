"""PURE. The rule language, facts, engines and what is measured of rules."""
