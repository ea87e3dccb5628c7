"""PURE. What the rule language says to people: one table of sentences, in English.

Whoever shows them translates the sentence by its English form and puts in the values then: `gettext(says) % values`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .marking import to_translate as _


class Says(StrEnum):
    """A sentence; the name is its code, the value its English form with the names of its values."""

    # What is wrong with names.
    NO_SUCH_FACT = _("`%(name)s` is not a fact.")
    NO_SUCH_FUNCTION = _("There is no function `%(name)s`.")
    NO_SUCH_METHOD = _("A fact cannot be asked `%(name)s`.")
    NO_SUCH_LIST = _("There is no list “%(name)s”.")
    NO_SUCH_USE = _("`%(name)s` cannot be used in a rule.")
    NO_SUCH_MACRO = _("`%(name)s` cannot be used in a rule: lists are asked, not made.")
    ALWAYS_KNOWN = _("`%(fact)s` is known for every listing.")
    FUNCTION_WITHOUT_BRACKETS = _("`%(name)s` is a function and needs what it asks in brackets.")
    FUNCTION_AS_METHOD = _("`%(name)s` stands before what it asks, not behind a dot.")
    METHOD_AS_FUNCTION = _("`%(name)s` stands behind the text or list that it asks, after a dot.")
    FACT_AS_FUNCTION = _("`%(name)s` is a fact: leave out the brackets.")
    LIST_AS_FACT = _("“%(name)s” is a list, and a list is asked by a function.")
    WRONG_VALUES = _("`%(name)s` is given the wrong values.")
    RESERVED = _("`%(name)s` is a word that the language keeps for itself.")
    ITEM_NAMED_AS_FACT = _("`%(name)s` is a fact already.")
    ITEM_NAMED_TWICE = _("`%(name)s` is the name of an item already.")
    ITEM_IS_NAME = _("The first thing in the brackets is a name for the item, of your own choice.")

    # What is wrong with signs and values.
    WRONG_SIGN = _("`%(name)s` means nothing here.")
    SIGN_WITHOUT_USE = _("`%(name)s` has no use in a rule.")
    CANNOT_STAND_HERE = _("`%(name)s` cannot stand here.")
    CURLY_QUOTES = _("A text stands between straight quotation marks.")
    TEXT_WITHOUT_END = _("The text that begins here has no end.")
    NOTHING_TO_CLOSE = _("`%(name)s` closes a bracket that is not open.")
    NEVER_CLOSED = _("The bracket `%(name)s` is never closed.")
    DECIMAL_COMMA = _("Decimals stand behind a point, not behind a comma.")
    NO_PERCENT = _("A share is written as a number between 0 and 1.")
    NO_UNIT = _("A number has no unit or currency: `%(name)s` cannot stand here.")
    NO_NULL = _("A fact is never null: it is known or it is not.")
    NO_IF = _("`%(name)s` is not needed: the rule itself is the question.")
    NO_LIKE = _("`%(name)s` is not a word of the language.")
    ENDS_IN_THE_MIDDLE = _("The rule ends in the middle: something is missing here.")
    GOES_ON = _("The rule could end before `%(name)s`: what is between them?")
    NUMBER_TOO_LARGE = _("This number is too large.")
    HALF_LETTER = _("Here is half a letter or a NUL, which cannot be kept in a text.")
    NO_BYTES = _("Bytes cannot be used in a rule.")
    BAD_ESCAPE = _("This text has a backslash before something that it cannot stand before.")
    NO_UNSIGNED = _("A whole number has no `u` behind it.")
    NO_MAPS = _("Maps cannot be used in a rule.")
    NO_TYPES = _("`%(name)s` is a type, and rules don't ask types.")
    NO_PARTS = _("A fact has no parts.")
    NO_INDEX = _("An item cannot be picked by its number.")
    NO_HAS = _("`has(…)` cannot be used in a rule.")

    # What does not fit together.
    NEEDS_DECIMALS = _("%(of)s is a number with decimals, %(wrong)s is a whole number.")
    NEEDS_WHOLE = _("%(of)s is a whole number, %(wrong)s has decimals.")
    CANNOT_MEET = _("`%(sign)s` cannot be asked of %(left)s and %(right)s.")
    CANNOT_APPLY = _("`%(sign)s` cannot stand before %(kind)s.")
    JOINS_QUESTIONS = _("`%(sign)s` needs what is answered by yes or no, and this is %(kind)s.")
    IN_ASKS_LISTS = _("`in` asks whether a list has a value of its kind.")
    QUANTOR_ASKS_LISTS = _("Only the items of a list can be asked, and this is %(kind)s.")
    CHOICE_OF_ONE_KIND = _("Both sides of `:` must be of one kind, and these are %(left)s and %(right)s.")
    NO_CHOICE_OF_LISTS = _("A choice cannot be made between lists.")
    NO_COMPARING_LISTS = _("Lists cannot be compared.")
    NO_ORDER_OF_BOOLS = _("Yes and no have no order.")
    NO_CALCULATING = _("`%(sign)s` is for numbers, and `+` for texts too.")
    EMPTY_LIST = _("A list needs at least one value.")
    MIXED_LIST = _("The values of a list must be of one kind: texts, whole numbers or numbers with decimals.")
    LIST_OF_CONSTANTS = _("A list in a rule has only values that stand there, not facts.")
    LIST_IS_FACT_OR_LITERAL = _("This must be a fact that is a list, or a list that stands in the rule.")
    NOT_A_QUESTION = _("A rule is a question answered by yes or no; this is %(kind)s.")
    MAY_LACK = _("`%(name)s` is not known for every listing.")
    ASKS_NOTHING = _("No fact is asked, so the answer is the same for every listing.")

    # What functions and lists are given.
    NOT_SEARCHED = _("`%(function)s` needs a fact that can be searched, not what is made of one.")
    WORDS_ARE_LITERAL = _("The words must stand in the rule.")
    NO_WORDS = _("There is no letter or digit to search for.")
    PATTERN_IS_LITERAL = _("The pattern must stand in the rule.")
    BAD_PATTERN = _("The pattern cannot be used: %(reason)s.")
    LIST_NAME_IS_LITERAL = _("`%(function)s` needs the name of a list, as a text in the rule.")
    LIST_OF_OTHER_KIND = _("“%(name)s” is a list of %(kind)s.")
    HASHES_ARE_FACT = _("`photo_in_list` asks `photo_hashes`.")
    BITS_OUT_OF_RANGE = _("The number of bits must stand in the rule, and be from 0 to %(most)s.")

    # Limits.
    EMPTY = _("The rule is empty.")
    TOO_LONG = _("The rule has %(length)s letters; the most is %(most)s.")
    TOO_DEEP = _("The rule has brackets in brackets, or a chain of signs, deeper than can be followed.")
    TOO_MANY_CLAUSES = _("The rule has %(count)s clauses; the most is %(most)s.")
    TOO_MANY_ITEMS = _("The list has %(count)s values; the most is %(most)s.")
    TOO_MANY_QUANTORS = _("`exists` and `all` can stand in one another %(limit)s deep, not more.")
    AS_CEL_SAYS = _("The rule cannot be read: %(message)s")

    # What to do.
    DID_YOU_MEAN = _("Did you mean %(near)s?")
    MAKE_LIST = _("Make the list first, or choose one that exists.")
    THERE_ARE = _("There are: %(there)s.")
    WRITE = _("Write `%(right)s`.")
    WRITE_INSTEAD = _("Write %(right)s instead of %(wrong)s.")
    WRITE_COMMENT = _("A rule is one expression; a comment begins with `//`.")
    WRITE_CHOICE = _("Write the condition alone, or `condition ? this : that`.")
    WRITE_SHARE = _("Write 0.05 for 5 %%.")
    ADD_AT_END = _("Add `%(right)s` where it ends.")
    STRAIGHT_QUOTES = _('Write "…".')
    WRITE_RAW = _('A pattern is written with an r before it: r"\\bnike\\b"; elsewhere write two backslashes for one.')
    LETTERS_IN_QUOTES = _('Texts stand between quotation marks: "…".')
    LEAVE_OUT = _("Leave out `%(name)s`.")
    JOIN = _("Join clauses by `&&` (and) or `||` (or).")
    SIGNATURE = _("It is written `%(signature)s`.")
    ASK_HAS = _("Ask whether a fact is known by `has_` before its name, such as `has_price`.")
    ASK_FIRST = _("Write `%(has)s && …`.")
    ASK_A_FACT = _("Ask a fact about the listing, for example `has_price && price < 20.0`.")
    ASK_CONTAINS = _('To look into a text, write `title.contains("part")` or `mentions(title, "words")`.')
    ASK_QUANTORS = _("Ask the items: `list.exists(item, condition)` or `list.all(item, condition)`.")
    NAME_ITEM_OTHERWISE = _("Give the item another name.")
    NUMBERS_OF_ONE_KIND = _("Compare whole numbers with whole numbers, and numbers with decimals with such.")
    SEARCHED_FACTS = _("These can be searched: %(searched)s.")
    TAKES_LISTS = _("`%(function)s` takes lists of %(kinds)s.")
    LARGEST_INT = _("Whole numbers reach 9223372036854775807.")
    LARGEST_DOUBLE = _("Numbers with decimals reach 1.7e308.")
    LESS_DEEP = _("Take brackets out, or make two rules of it.")
    USE_LIST = _("Make a list of what repeats, or two rules.")
    EXAMPLE = _("For example: `has_price && price < 20.0`.")

    # Why an evaluation is an error.
    FACT_FAILED = _("`%(name)s` could not be found out: %(reason)s")
    FACT_MISSING = _("`%(name)s` was not found out.")
    LIST_MISSING = _("The list “%(name)s” no longer exists.")
    DIVIDED_BY_ZERO = _("A number was divided by zero.")
    OVERFLOW = _("A number became too large.")
    BUDGET_EXCEEDED = _("The lists are too long to be gone through.")
    NOT_BOOLEAN = _("The answer was not yes or no.")
    FAILED = _("It could not be evaluated: %(reason)s")

    # Why a value is not what its fact should be.
    WRONG_TYPE = _("it is %(found)s and not %(wanted)s")
    NOT_FINITE = _("it is not a finite number")
    OUT_OF_RANGE = _("it does not fit into 64 bits")
    BAD_LETTER = _("it has a letter that no text can have")
    NO_TIME_ZONE = _("its moment has no time zone")
    NOTHING_FOUND = _("nothing was found out")

    # What stands beside a completion in the editor.
    ASK_BEFORE = _("ask %(has)s first")
    WHETHER_KNOWN = _("whether this is known:")

    # What would let a listing pass, for staff.
    WOULD_PASS = _("Would pass if %(changes)s.")
    NOTHING_KNOWN = _("No change is known that would let it pass.")
    BOUND = _("%(name)s %(sign)s %(bound)s")
    AUTHORISED = _("an authorisation existed")
    NOT_AUTHORISED = _("no authorisation existed")
    IS_SO = _("%(name)s were true")
    IS_NOT_SO = _("%(name)s were false")
    IS_KNOWN = _("%(name)s were known")
    IS_UNKNOWN = _("%(name)s were not known")
    CLAUSE_SO = _("this held: %(clause)s")
    CLAUSE_NOT_SO = _("this did not hold: %(clause)s")

    # The same for sellers: what it is about, and nothing else.
    SELLER_COULD = _("What counted here: %(facts)s.")
    SELLER_NOTHING = _("The listing was held by a check whose details are not shown.")


class Phrase(StrEnum):
    """A value of a sentence that is translated too, by itself; all other values stay as they are."""

    WHOLE_NUMBER = _("a whole number")
    DECIMAL_NUMBER = _("a number with decimals")
    TEXT = _("a text")
    YES_OR_NO = _("a yes or no")
    NULL = _("null")
    LIST = _("a list")
    OTHER = _("something else")
    COUNTERPART = _("what it meets")


class Phrases(str):
    """Several words or phrases as one value, each of which is translated by itself; in English they stand in a row."""

    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Phrases:
        """Join the parts."""
        phrases = super().__new__(cls, ", ".join(parts))
        phrases.parts = parts
        return phrases


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its values."""

    says: Says
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.says.value % self.values
