"""Finding out what is known of listings: the facts that rules ask (`catalog/rules/facts.py`), for many at once.

`find_facts` asks one *provider* after the other; `write_facts` keeps what they found; `mark_due` asks for a listing to
be screened again because something outside of it has changed.
"""

from ..rules.fact_json import from_json, to_json
from .due import mark_due
from .finding import FoundFacts, find_facts
from .rows import Asked, facts_from_row, source_of, write_facts

__all__ = [
    "Asked",
    "FoundFacts",
    "facts_from_row",
    "find_facts",
    "from_json",
    "mark_due",
    "source_of",
    "to_json",
    "write_facts",
]
