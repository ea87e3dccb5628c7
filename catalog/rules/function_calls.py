"""PURE. Reading the calls in a rule: our functions, and the methods of texts and lists."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from . import checked_tree as cel
from .facts import FACTS
from .forms import folded_words, skeleton_words
from .listing_facts import ListKind
from .marking import to_translate as _
from .near import nearest
from .patterns import portable
from .refusing import Refuses
from .runtime import Activation, Expression, Failure
from .scanning import name_before
from .tree import AskText, FactValue, Imitates, ListTest, Literal, Mentions, Node, PhotoTest, Size, TextTest, ValueType
from .wording import Phrases, Says

MOST_BITS = 16
"""The largest distance of photos' hashes that can be asked: of 64 bits, two random hashes differ in 17 or more of
99.99 % of pairs (the binomial distribution), so beyond it an answer says nothing."""

_TEXT_LISTS = (ListKind.SELLERS, ListKind.BRANDS, ListKind.ARTICLES, ListKind.WORDS)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: how it is written, and which kinds of lists it takes."""

    signature: str
    meaning: str
    lists: tuple[ListKind, ...] = ()


FUNCTIONS: Mapping[str, Function] = {
    "in_list": Function('in_list(text, "list")', _("whether a list has the text"), _TEXT_LISTS),
    "any_in_list": Function('any_in_list(texts, "list")', _("whether a list has one of the texts"), _TEXT_LISTS),
    "mentions": Function(
        'mentions(fact, "words")', _("whether the words stand in the text, whatever case and accents")
    ),
    "mentions_any": Function(
        'mentions_any(fact, "list")', _("whether an entry of a list of words stands in the text"), (ListKind.WORDS,)
    ),
    "imitates": Function('imitates(fact, "word")', _("whether the word stands in the text, or what looks like it")),
    "photo_in_list": Function(
        'photo_in_list(photo_hashes, "list", bits)',
        _("whether a photo looks like one of a list, up to so many bits of difference"),
        (ListKind.PHOTOS,),
    ),
    "size": Function("size(text or list)", _("how many letters or items")),
}
METHODS: Mapping[str, Function] = {
    "contains": Function('text.contains("part")', _("whether the part stands in the text, letter by letter")),
    "startsWith": Function('text.startsWith("part")', _("whether the text begins with the part")),
    "endsWith": Function('text.endsWith("part")', _("whether the text ends with the part")),
    "matches": Function('text.matches("pattern")', _("whether the regular expression is found in the text")),
    "size": Function("text.size()", _("how many letters or items")),
    "exists": Function("list.exists(item, condition)", _("whether the condition holds for at least one item")),
    "all": Function("list.all(item, condition)", _("whether the condition holds for every item")),
}


class ReadsCalls(Refuses):
    """The part of the reader that reads calls."""

    lists: Mapping[str, ListKind]

    @abstractmethod
    def node(self, part: cel.Part) -> Node:
        """Return the node for a part of the expression."""

    @abstractmethod
    def literal(self, part: cel.Constant) -> Literal:
        """Return the node for a value that stands in the rule."""

    def function_call(self, part: cel.Call) -> Node:
        """Return the node for the call of a function or method. Raises `Refusal`."""
        at = name_before(self.text, part.at)
        match part.function, part.arguments:
            case "size", (operand,):
                return Size(at, ValueType.INT, self.node(operand))
            case ("contains" | "startsWith" | "endsWith" | "matches") as method, (text, wanted) if part.is_method:
                return self._asked_text(at, TextTest(method), text, wanted)
            case ("contains" | "startsWith" | "endsWith" | "matches") as method, _:
                raise self.refused(at, Says.METHOD_AS_FUNCTION, Says.SIGNATURE, **_wording(method, METHODS))
            case "in_list" | "any_in_list", (value, name):
                return ListTest(at, ValueType.BOOL, self.node(value), self._list_name(part.function, name))
            case "mentions", (text, words):
                fact = self._searched(text, at, part.function)
                return Mentions(at, ValueType.BOOL, fact.fact, words=self._words(words))
            case "mentions_any", (text, name):
                fact = self._searched(text, at, part.function)
                return Mentions(at, ValueType.BOOL, fact.fact, list_name=self._list_name(part.function, name))
            case "imitates", (text, word):
                fact = self._searched(text, at, part.function)
                return Imitates(at, ValueType.BOOL, fact.fact, self._words(word, is_skeleton=True))
            case "photo_in_list", (hashes, name, bits):
                return self._photo_test(at, hashes, name, bits)
            case "int" | "double", _:
                raise self.refused(at, Says.NO_SUCH_USE, Says.NUMBERS_OF_ONE_KIND, name=part.function)
            case _:
                raise self.refused(at, Says.NO_SUCH_USE, name=part.function)

    def _asked_text(self, at: int, test: TextTest, text: cel.Part, wanted: cel.Part) -> AskText:
        asked, sought = self.node(text), self.node(wanted)
        if test == TextTest.MATCHES:
            if not isinstance(sought, Literal):
                raise self.refused(sought.at, Says.PATTERN_IS_LITERAL)
            self._check_pattern(sought)
        return AskText(at, ValueType.BOOL, test, asked, sought)

    def _check_pattern(self, pattern: Literal) -> None:
        """Refuse a pattern that RE2 cannot compile, which CEL notices only when used, or that backtests cannot ask."""
        tried = Expression(f'"".matches({quoted(str(pattern.value))})').evaluate(Activation({}))
        if isinstance(tried, Failure):
            reason = tried.message.partition("invalid regular expression: ")[2] or tried.message
            raise self.refused(pattern.at, Says.BAD_PATTERN, reason=reason)
        try:
            portable(str(pattern.value))
        except ValueError as error:
            raise self.refused(pattern.at, Says.BAD_PATTERN, reason=str(error).removesuffix(".")) from None

    def _searched(self, part: cel.Part, at: int, function: str) -> FactValue:
        node = self.node(part)
        if isinstance(node, FactValue) and node.fact.is_searched:
            return node
        searched = ", ".join(fact.name for fact in FACTS.values() if fact.is_searched)
        place = node.at if isinstance(node, FactValue) else at
        raise self.refused(place, Says.NOT_SEARCHED, Says.SEARCHED_FACTS, function=function, searched=searched)

    def _words(self, part: cel.Part, *, is_skeleton: bool = False) -> str:
        if not isinstance(part, cel.Constant):
            raise self.refused(part.at, Says.WORDS_ARE_LITERAL)
        words = str(self.literal(part).value)
        if not (skeleton_words(words) if is_skeleton else folded_words(words)):
            raise self.refused(part.at, Says.NO_WORDS)
        return words

    def _list_name(self, function: str, part: cel.Part) -> str:
        if not isinstance(part, cel.Constant):
            raise self.refused(part.at, Says.LIST_NAME_IS_LITERAL, function=function)
        name = str(self.literal(part).value)
        if name not in self.lists:
            near = nearest(name, self.lists)
            raise self.refused(part.at, Says.NO_SUCH_LIST, Says.DID_YOU_MEAN if near else Says.MAKE_LIST,
                               name=name, near=f'"{near}"')  # fmt: skip
        fitting = FUNCTIONS[function].lists
        if self.lists[name] not in fitting:
            raise self.refused(part.at, Says.LIST_OF_OTHER_KIND, Says.TAKES_LISTS, name=name, function=function,
                               kind=Phrases(self.lists[name].value), kinds=Phrases(*fitting))  # fmt: skip
        return name

    def _photo_test(self, at: int, hashes: cel.Part, name: cel.Part, bits: cel.Part) -> PhotoTest:
        node = self.node(hashes)
        if not isinstance(node, FactValue):
            raise self.refused(at, Says.HASHES_ARE_FACT)
        list_name = self._list_name("photo_in_list", name)
        most = bits.value if isinstance(bits, cel.Constant) else None
        if not isinstance(most, int) or not 0 <= most <= MOST_BITS:
            raise self.refused(bits.at, Says.BITS_OUT_OF_RANGE, most=str(MOST_BITS))
        return PhotoTest(at, ValueType.BOOL, node, list_name, most)


def quoted(text: str) -> str:
    """Return a text as it is written in a rule."""
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def _wording(name: str, table: Mapping[str, Function]) -> dict[str, str]:
    return {"name": name, "signature": table[name].signature}
