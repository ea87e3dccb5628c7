"""PURE. Calculating and comparing numbers in SQL such that nothing raises.

PostgreSQL raises where a whole number does not fit, where one is divided by zero, and where a double overflows or
vanishes; in a rule the first two are errors (NULL) and the others IEEE 754's infinities and zeros. It also takes NaN as
equal to itself and as larger than all else.
"""

from __future__ import annotations

from .arithmetic import LEAST, MOST, Bounds, exact_bounds
from .sql_parts import Sql, pair, sql
from .tree import Comparison, Sign

_FITTING = f"CAST(NULLIF(NULLIF(LEAST(GREATEST({{}}, {LEAST - 1}), {MOST + 1}), {LEAST - 1}), {MOST + 1}) AS bigint)"
"""A numeric as bigint, NULL where it does not fit. GREATEST skips NULL, which thus also comes out as NULL."""

_BIG, _SMALL = "float8 '1.3407807929942597e+154'", "float8 '7.458340731200207e-155'"
"""2 to the power of 512 and of -512."""
_INFINITY = "float8 'Infinity'"
_EDGE = "('NaN', 'Infinity', '-Infinity')"
_SIGN = "(sign(p.l) * sign(p.r))"
_LARGER, _SMALLER = "GREATEST(abs(p.l), abs(p.r))", "LEAST(abs(p.l), abs(p.r))"


def calculated_ints(how: Sign, left: Sql, right: Sql, bounds: tuple[Bounds, Bounds]) -> Sql:
    """Return two whole numbers calculated, NULL where the result does not fit or is divided by zero."""
    first, second = bounds
    can_overflow = not exact_bounds(how, first, second).fit
    if how in (Sign.OVER, Sign.MODULO):
        can_overflow = LEAST in first and -1 in second
        right = sql("NULLIF({}, 0)", right) if 0 in second else right
    if how == Sign.MODULO:
        if can_overflow:
            return pair(f"CASE WHEN p.l <> {LEAST} OR p.r <> -1 THEN mod(p.l, p.r) END", left, right)
        return sql("mod({}, {})", left, right)
    if not can_overflow:
        return sql(f"({{}} {how.value} {{}})", left, right)
    left, right = (sql("CAST({} AS numeric)", each) for each in (left, right))
    exact = sql("div({}, {})", left, right) if how == Sign.OVER else sql(f"({{}} {how.value} {{}})", left, right)
    return sql(_FITTING, exact)


def negative_int(operand: Sql, bounds: Bounds) -> Sql:
    """Return the number with the other sign, NULL for the one that has no counterpart."""
    return sql("(- NULLIF({}, " + str(LEAST) + "))", operand) if LEAST in bounds else sql("(- {})", operand)


def calculated_doubles(how: Sign, left: Sql, right: Sql) -> Sql:
    """Return two doubles calculated as IEEE 754 says: directly where both are of a usual size, otherwise with care."""
    careful = {Sign.PLUS: _sum("p.r"), Sign.MINUS: _sum("(- p.r)"), Sign.TIMES: _PRODUCT, Sign.OVER: _QUOTIENT}[how]
    if left.is_plain and right.is_plain:
        usual = sql(f"{_USUAL[how]} THEN {{}} {how.value} {{}}", left, right, left, right)
        return sql("(CASE WHEN {} ELSE {} END)", usual, pair(careful, left, right))
    usual_pair = f"{_USUAL[how]} THEN {{}} {how.value} {{}}".format("p.l", "p.r", "p.l", "p.r")
    return pair(f"CASE WHEN {usual_pair} ELSE {careful} END", left, right)


_USUAL = dict.fromkeys((Sign.PLUS, Sign.MINUS), "abs({}) < 8e307 AND abs({}) < 8e307") | dict.fromkeys(
    (Sign.TIMES, Sign.OVER), "abs({}) BETWEEN 1e-150 AND 1e150 AND abs({}) BETWEEN 1e-150 AND 1e150"
)
"""Where PostgreSQL's own operator cannot raise. NaN is larger than all in PostgreSQL, and so not usual."""


def _sum(right: str) -> str:
    """Half of both is added to see whether the sum overflows; a number below 1 is lost beside one so large."""
    half = f"(p.l * 0.5 + {right} * 0.5)"
    return (
        f"CASE WHEN p.l IN {_EDGE} OR p.r IN {_EDGE} THEN p.l + {right}"
        f" WHEN abs(p.r) < 1 THEN p.l WHEN abs(p.l) < 1 THEN {right}"
        f" WHEN abs({half}) < float8 '{2.0**1023!r}' THEN p.l + {right}"
        f" ELSE sign({half}) * {_INFINITY} END"
    )


_PRODUCT = (
    "CASE WHEN p.l IS NULL OR p.r IS NULL THEN NULL"
    f" WHEN p.l IN {_EDGE} OR p.r IN {_EDGE} OR p.l = 0 OR p.r = 0 THEN p.l * p.r"
    f" WHEN {_SMALLER} >= {_BIG} THEN {_SIGN} * {_INFINITY}"
    f" WHEN {_LARGER} >= {_BIG} THEN CASE WHEN ({_LARGER} * {_SMALL}) * {_SMALLER} >= {_BIG}"
    f" THEN {_SIGN} * {_INFINITY} ELSE p.l * p.r END"
    f" WHEN {_LARGER} >= 1 THEN p.l * p.r"
    f" WHEN {_LARGER} < float8 '{2.0**-538!r}' THEN {_SIGN} * 0.0"
    f" WHEN ({_SMALLER} * float8 '{2.0**538!r}') * {_LARGER} <= float8 '{2.0**-537!r}' THEN {_SIGN} * 0.0"
    " ELSE p.l * p.r END"
)
"""Scaled by a power of two, the product shows whether it overflows or vanishes (at half of 2 to the power of -1074)."""

_QUOTIENT = (
    "CASE WHEN p.l IS NULL OR p.r IS NULL THEN NULL"
    " WHEN p.r = 0 THEN CASE WHEN p.l = 0 OR p.l = 'NaN' THEN float8 'NaN'"
    f" ELSE sign(p.l) * {_INFINITY} * (CASE WHEN atan2(p.r, -1) < 0 THEN -1 ELSE 1 END) END"
    f" WHEN p.l IN {_EDGE} OR p.r IN {_EDGE} OR p.l = 0 THEN p.l / p.r"
    f" WHEN abs(p.r) < 1 THEN CASE WHEN abs(p.l) < float8 '{2.0**-50!r}' THEN p.l / p.r"
    f" WHEN abs(p.l) >= {_BIG} AND abs(p.r) <= {_SMALL} THEN {_SIGN} * {_INFINITY}"
    f" WHEN (abs(p.l) * {_SMALL}) / (abs(p.r) * {_BIG}) >= 1 THEN {_SIGN} * {_INFINITY} ELSE p.l / p.r END"
    " WHEN abs(p.l) >= 0.5 THEN p.l / p.r"
    f" WHEN (abs(p.l) * {_BIG}) / (abs(p.r) * {_SMALL}) <= float8 '{2.0**-51!r}' THEN {_SIGN} * 0.0"
    " ELSE p.l / p.r END"
)
"""As for products; the sign of a zero below the line is seen by its angle, as nothing else tells -0 from 0."""


def compared_doubles(how: Comparison, left: Sql, right: Sql, may_be_nan: tuple[bool, bool]) -> Sql:
    """Return two doubles compared, where NaN is neither less nor more than nor equal to anything."""
    if may_be_nan == (True, True):
        return pair(
            "CASE WHEN p.l IS NULL OR p.r IS NULL THEN NULL WHEN p.l = 'NaN' OR p.r = 'NaN' THEN"
            f" {'true' if how == Comparison.UNEQUAL else 'false'} ELSE p.l {OPERATORS[how]} p.r END",
            left,
            right,
        )
    if may_be_nan == (False, True):
        how, left, right = _MIRRORED.get(how, how), right, left
    if any(may_be_nan) and how in (Comparison.MORE, Comparison.AT_LEAST):
        how, left, right = _MIRRORED[how], sql("(- {})", left), sql("(- {})", right)
    return sql(f"({{}} {OPERATORS[how]} {{}})", left, right)


OPERATORS = {how: how.value for how in Comparison} | {Comparison.EQUAL: "=", Comparison.UNEQUAL: "<>"}
_MIRRORED = {
    Comparison.LESS: Comparison.MORE,
    Comparison.MORE: Comparison.LESS,
    Comparison.AT_MOST: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.AT_MOST,
}
