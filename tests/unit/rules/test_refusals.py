"""What is refused before it is saved, where, and what people are told to write instead."""

import pytest

from catalog.rules.problems import RuleRefused
from catalog.rules.wording import Says

from .shop import rule


def refusal(text: str) -> RuleRefused:
    with pytest.raises(RuleRefused) as caught:
        rule(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "column", "marked", "says", "advice"),
    [
        # Names.
        ("pric < 3.0", 1, "pric", Says.NO_SUCH_FACT, "Did you mean `price`?"),
        ("PRICE < 3.0", 1, "PRICE", Says.NO_SUCH_FACT, "Did you mean `price`?"),
        ("zzz", 1, "zzz", Says.NO_SUCH_FACT, ""),
        ("x.y.z == 1", 1, "x", Says.NO_SUCH_FACT, ""),
        ("has_prise", 1, "has_prise", Says.NO_SUCH_FACT, "Did you mean `has_price`?"),
        ("has_title && is_authorized", 1, "has_title", Says.ALWAYS_KNOWN, "Leave out `has_title`."),
        ("trusted", 1, "trusted", Says.LIST_AS_FACT, 'It is written `in_list(seller, "trusted")`.'),
        ("in_lst(title, 'x')", 1, "in_lst", Says.NO_SUCH_FUNCTION, "Did you mean `in_list`?"),
        ("in_list(title)", 1, "in_list", Says.WRONG_VALUES, 'It is written `in_list(text, "list")`.'),
        ("in_list(title, 3)", 1, "in_list", Says.WRONG_VALUES, 'It is written `in_list(text, "list")`.'),
        ("title.contain('x')", 7, "contain", Says.NO_SUCH_METHOD, "Did you mean `contains`?"),
        ("markets.exist(m, m == 'DE')", 9, "exist", Says.NO_SUCH_METHOD, "Did you mean `exists`?"),
        ("contains(title, 'x')", 1, "contains", Says.METHOD_AS_FUNCTION, 'It is written `text.contains("part")`.'),
        ("matches(title, 'x')", 1, "matches", Says.METHOD_AS_FUNCTION, 'It is written `text.matches("pattern")`.'),
        ("title.mentions('x')", 7, "mentions", Says.FUNCTION_AS_METHOD, 'It is written `mentions(fact, "words")`.'),
        ("mentions", 1, "mentions", Says.FUNCTION_WITHOUT_BRACKETS, 'It is written `mentions(fact, "words")`.'),
        ("title('x')", 1, "title", Says.FACT_AS_FUNCTION, ""),
        ("title.foo == 'x'", 7, "foo", Says.NO_PARTS, ""),
        ("title == '日本' && pric < 3.0", 18, "pric", Says.NO_SUCH_FACT, "Did you mean `price`?"),
        # Signs and values.
        ("photo_count = 3", 13, "=", Says.WRONG_SIGN, "Write `==`."),
        ("photo_count => 3", 13, "=>", Says.WRONG_SIGN, "Write `>=`."),
        ("photo_count <> 3", 13, "<>", Says.WRONG_SIGN, "Write `!=`."),
        ("photo_count ≥ 3", 13, "≥", Says.WRONG_SIGN, "Write `>=`."),
        ("is_authorized and relists_text", 15, "and", Says.WRONG_SIGN, "Write `&&`."),
        ("is_authorized AND relists_text", 15, "AND", Says.WRONG_SIGN, "Write `&&`."),
        ("is_authorized || or", 18, "or", Says.WRONG_SIGN, "Write `||`."),
        ("not is_authorized", 1, "not", Says.WRONG_SIGN, "Write `!`."),
        ("is_authorized & relists_text", 15, "&", Says.WRONG_SIGN, "Write `&&`."),
        ("is_authorized == True", 18, "True", Says.WRONG_SIGN, "Write `true`."),
        ("title == “Nike”", 10, "“Nike”", Says.CURLY_QUOTES, 'Write "…".'),
        ("title == 'Nike", 10, "'Nike", Says.TEXT_WITHOUT_END, "Add `'` where it ends."),
        ("title like 'x'", 7, "like", Says.NO_LIKE, None),
        ("is_authorized && (photo_count < 3", 18, "(", Says.NEVER_CLOSED, "Add `)` where it ends."),
        ("is_authorized)", 14, ")", Says.NOTHING_TO_CLOSE, ""),
        ("has_price && price < 3,5", 22, "3,5", Says.DECIMAL_COMMA, "Write `3.5`."),
        ("has_price && price < 3 EUR", 24, "EUR", Says.NO_UNIT, "Leave out `EUR`."),
        ("has_price && price < 5%", 23, "%", Says.NO_PERCENT, "Write 0.05 for 5 %."),
        ("is_authorized; true", 14, ";", Says.SIGN_WITHOUT_USE, None),
        ("is_authorized && && relists_text", 18, "&&", Says.CANNOT_STAND_HERE, ""),
        ("is_authorized relists_text", 15, "relists_text", Says.GOES_ON, None),
        ("photo_count <", 14, "", Says.ENDS_IN_THE_MIDDLE, ""),
        ("99999999999999999999 == photo_count", 1, "99999999999999999999", Says.NUMBER_TOO_LARGE, None),
        ("price < 1e999", 9, "1e999", Says.NUMBER_TOO_LARGE, None),
        ("1u == 2u", 1, "1u", Says.NO_UNSIGNED, ""),
        ("b'a' == b'a'", 1, "b", Says.NO_BYTES, ""),
        ("null == null", 1, "null", Says.NO_NULL, None),
        ("price != null", 7, "!=", Says.NO_NULL, "Write `has_price`."),
        ("price == null", 7, "==", Says.NO_NULL, "Write `!has_price`."),
        ("title == null", 7, "==", Says.ALWAYS_KNOWN, ""),
        ("has(title.x)", 1, "has", Says.NO_HAS, None),
        ("if is_authorized", 1, "if", Says.NO_IF, None),
        (r'title == "\d"', 10, r'"\d"', Says.BAD_ESCAPE, None),
        (r'title == "\u0000"', 10, r'"\u0000"', Says.HALF_LETTER, ""),
        ("{'a': 1}['a'] == 1", 9, "[", Says.NO_INDEX, None),
        ("title in {'a': 1}", 10, "{", Says.NO_MAPS, ""),
        ("title[0] == 'a'", 6, "[", Says.NO_INDEX, ""),
        ("éé == 'x'", 1, "é", Says.SIGN_WITHOUT_USE, None),
        # What does not fit together.
        ("has_price && price < 3", 22, "3", Says.NEEDS_DECIMALS, "Write 3.0 instead of 3."),
        ("3 > price", 1, "3", Says.NEEDS_DECIMALS, "Write 3.0 instead of 3."),
        ("photo_count < 3.0", 15, "3.0", Says.NEEDS_WHOLE, "Write 3 instead of 3.0."),
        ("photo_count < 3.5", 15, "3.5", Says.NEEDS_WHOLE, ""),
        ("price < photo_count", 7, "<", Says.CANNOT_MEET, None),
        ("is_authorized == 'x'", 15, "==", Says.CANNOT_MEET, ""),
        ("title < 3", 7, "<", Says.CANNOT_MEET, ""),
        ("!photo_count", 1, "!", Says.JOINS_QUESTIONS, ""),
        ("is_authorized && photo_count", 15, "&&", Says.JOINS_QUESTIONS, ""),
        ("title in 'abc'", 7, "in", Says.IN_ASKS_LISTS, None),
        ("title.exists(c, c == 'a')", 1, "title", Says.QUANTOR_ASKS_LISTS, ""),
        ("is_authorized ? 1 : 'a'", 15, "?", Says.CHOICE_OF_ONE_KIND, ""),
        ("is_authorized < true", 15, "<", Says.NO_ORDER_OF_BOOLS, ""),
        ("markets == ['DE']", 9, "==", Says.NO_COMPARING_LISTS, None),
        ("size(markets + markets) > 3", 14, "+", Says.NO_CALCULATING, ""),
        ("photo_count", 1, "photo_count", Says.NOT_A_QUESTION, None),
        ("title + 'x'", 1, "title + 'x'", Says.NOT_A_QUESTION, None),
        # Lists and quantors.
        ("photo_count in []", 16, "[", Says.EMPTY_LIST, ""),
        ("photo_count in [1, photo_count]", 20, "photo_count", Says.LIST_OF_CONSTANTS, ""),
        ("[1, 2.0].exists(x, x == 1)", 1, "[", Says.MIXED_LIST, ""),
        ("markets.map(m, m).size() > 0", 9, "map", Says.NO_SUCH_MACRO, None),
        ("markets.filter(m, m == 'DE').size() > 1", 9, "filter", Says.NO_SUCH_MACRO, None),
        ("markets.exists_one(m, m == 'DE')", 9, "exists_one", Says.NO_SUCH_MACRO, None),
        ("markets.exists(1, is_authorized)", 16, "1", Says.ITEM_IS_NAME, None),
        ("markets.exists(price, price == 'x')", 9, "exists", Says.ITEM_NAMED_AS_FACT, "Give the item another name."),
        ("markets.exists(m, markets.all(m, m == 'x'))", 27, "all", Says.ITEM_NAMED_TWICE, None),
        ("markets.exists(a, markets.all(b, markets.all(c, a == b)))", 42, "all", Says.TOO_MANY_QUANTORS, ""),
        # Conversions and types.
        ("type(title) == string", 1, "type", Says.NO_SUCH_USE, ""),
        ("dyn(title) == 1", 1, "dyn", Says.NO_SUCH_USE, ""),
        ("double(photo_count) > 1.0", 1, "double", Says.NO_SUCH_USE, None),
        ("timestamp('2024-01-01T00:00:00Z') == timestamp(title)", 1, "timestamp", Says.NO_SUCH_USE, ""),
        ("string(photo_count) == '1'", 1, "string", Says.NO_SUCH_USE, ""),
        # What functions are given.
        ("mentions(title + 'x', 'nike')", 1, "mentions", Says.NOT_SEARCHED, None),
        ("mentions(sku, 'nike')", 10, "sku", Says.NOT_SEARCHED,
         "These can be searched: title, description, seller_name, brand, photo_text."),
        ("mentions(title, sku)", 17, "sku", Says.WORDS_ARE_LITERAL, ""),
        ("mentions(title, '!!!')", 17, "'!!!'", Says.NO_WORDS, ""),
        ("imitates(title, ' ')", 17, "' '", Says.NO_WORDS, ""),
        ("in_list(seller, 'trustd')", 17, "'trustd'", Says.NO_SUCH_LIST, 'Did you mean "trusted"?'),
        ("in_list(seller, 'nothing like it')", 17, "'nothing like it'", Says.NO_SUCH_LIST, None),
        ("in_list(seller, title)", 17, "title", Says.LIST_NAME_IS_LITERAL, ""),
        ("in_list(seller, 'taken down')", 17, "'taken down'", Says.LIST_OF_OTHER_KIND, None),
        ("mentions_any(title, 'trusted')", 21, "'trusted'", Says.LIST_OF_OTHER_KIND, None),
        ("photo_in_list(photo_hashes, 'luxury', 4)", 29, "'luxury'", Says.LIST_OF_OTHER_KIND, None),
        ("photo_in_list(photo_hashes, 'taken down', 17)", 43, "17", Says.BITS_OUT_OF_RANGE, ""),
        ("photo_in_list(photo_hashes, 'taken down', photo_count)", 43, "photo_count", Says.BITS_OUT_OF_RANGE, ""),
        ("photo_in_list([1], 'taken down', 4)", 1, "photo_in_list", Says.HASHES_ARE_FACT, ""),
        ("title.matches(sku)", 15, "sku", Says.PATTERN_IS_LITERAL, ""),
        ("title.matches('(')", 15, "'('", Says.BAD_PATTERN, ""),
        ("title.matches('(?=a)')", 15, "'(?=a)'", Says.BAD_PATTERN, ""),
        # What asks nothing.
        ("true", 1, "true", Says.ASKS_NOTHING,
         "Ask a fact about the listing, for example `has_price && price < 20.0`."),
        ("1 < 2", 1, "1 < 2", Says.ASKS_NOTHING, None),
        ('  "a" in ["a"] || false', 3, '"a" in ["a"] || false', Says.ASKS_NOTHING, None),
        ("[1, 2].exists(x, x == 1) // always", 1, "[1, 2].exists(x, x == 1)", Says.ASKS_NOTHING, None),
        # What may be lacking.
        ("price_quantile < 0.05", 1, "price_quantile", Says.MAY_LACK, "Write `has_price_quantile && …`."),
        ("mentions(photo_text, 'x')", 10, "photo_text", Says.MAY_LACK, "Write `has_photo_text && …`."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_marked_and_said(text: str, column: int, marked: str, says: Says, advice: str | None) -> None:
    (problem,) = [each for each in refusal(text).problems if each.what.says != Says.MAY_LACK or says == Says.MAY_LACK]
    assert problem.what.says == says
    assert (problem.line, problem.column) == (1, column)
    assert text[column - 1 : column - 1 + problem.length] == marked or not marked
    if advice is not None:
        assert problem.advice == advice
    else:
        assert problem.advice


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_text() -> None:
    problems = refusal("photo_count > 2\n  && pric < 3.0\n  && titel == 'x'").problems
    assert [(each.line, each.column, each.advice) for each in problems] == [
        (2, 6, "Did you mean `price`?"),
        (3, 6, "Did you mean `title`?"),
    ]


def test_a_clause_that_is_refused_does_not_hide_what_is_wrong_in_the_others() -> None:
    problems = refusal("markets == ['DE'] || in_list(seller, 'nobody') && photo_count in []").problems
    assert [each.what.says for each in problems] == [Says.NO_COMPARING_LISTS, Says.NO_SUCH_LIST, Says.EMPTY_LIST]


def test_no_more_than_twenty_problems_are_said_at_once() -> None:
    for text in ("photo_count = 3 && " * 30, "||".join(f"a{number} < 1" for number in range(30))):
        assert len(refusal(text).problems) == 20


def test_a_problem_is_shown_with_its_line_and_a_mark_under_it() -> None:
    assert refusal("is_authorized\n&& pric < 3.0").problems[0].show() == (
        "2:4: `pric` is not a fact.\n"
        "  && pric < 3.0\n"
        "     ^^^^\n"
        "  Did you mean `price`?"
    )  # fmt: skip


def test_the_mark_stands_under_its_place_behind_wide_letters_and_tabs() -> None:
    line, mark = refusal("title == '日本'\t&& pric < 3.0").problems[0].show().split("\n")[1:3]
    assert line == "  title == '日本'\t&& pric < 3.0"
    assert mark == "  " + " " * 10 + "\u3000\u3000" + " " + "\t" + "   " + "^^^^"


def test_of_a_long_line_the_part_around_the_mark_is_shown() -> None:
    shown = refusal(f"title == '{'a' * 500}' && pric < 3.0").problems[0].show().split("\n")
    assert len(shown[1]) <= 102
    assert shown[1][shown[2].index("^") :].startswith("pric")


@pytest.mark.parametrize("text", ["", " ", "\n\t\n", "// only a comment"])
def test_an_empty_rule_is_refused(text: str) -> None:
    assert refusal(text).problems[0].what.says in (Says.EMPTY, Says.ENDS_IN_THE_MIDDLE)


@pytest.mark.parametrize("text", ["title == '\0'", "title == '\ud800'", "\ud800"])
def test_a_text_that_cannot_be_kept_is_refused(text: str) -> None:
    problem = refusal(text).problems[0]
    assert problem.what.says == Says.HALF_LETTER
    problem.show().encode()
