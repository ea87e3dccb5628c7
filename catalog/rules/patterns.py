r"""PURE. Regular expressions that mean the same in RE2, which runs rules, and in PostgreSQL, which backtests them.

A pattern is written in RE2's syntax. `portable` reads the part of it that both know and writes it anew in PostgreSQL's
(https://github.com/google/re2/wiki/Syntax and the manual's "Regular Expression Details"). What differs is spelt out:

- classes become lists of code points, since PostgreSQL's depend on the locale and RE2's `\d \w \s \b` are ASCII;
- `.` is any character but a line break; anchors mean the ends of the text;
- `(?i)` is written as both letters, with the Kelvin sign beside k and the long s beside s, as Unicode folds them;
- lazy repeats become ordinary ones and captures ordinary groups, as a question answered by yes or no sees neither.

PostgreSQL searches such patterns with a finite automaton as RE2 does (there are no back references), so `(a+)+$` costs
it no more than `a+$`; what is left to bound is the automaton's size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .code_points import LAST, Ranges, complement, has_case, merged, written

MOST_REPEATS = 255
"""PostgreSQL counts no further (its DUPMAX); RE2 counts to 1,000."""

LARGEST = 500
"""How many characters a pattern may have once its counted repeats are written out. PostgreSQL makes an automaton of it
in at most 0.4 s (measured with 500 characters that can all be missing, where the time grows with the square)."""

DEEPEST = 20
"""How deeply groups may be nested: more is nobody's pattern, and PostgreSQL's parser recurses."""

_SURROGATES = range(0xD800, 0xE000)
_KELVIN, _LONG_S = 0x212A, 0x17F

_SETS: dict[str, Ranges] = {
    "d": [(48, 57)],
    "w": [(48, 57), (65, 90), (95, 95), (97, 122)],
    "s": [(9, 10), (12, 13), (32, 32)],
}
_CONTROLS = {"a": 7, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_WORD = "[0-9A-Za-z_]"
_ASSERTIONS = {
    "A": r"\A",
    "z": r"\Z",
    "b": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
}
_ASSERTION_SIZE = 4


def portable(pattern: str) -> str:
    """Return a pattern in RE2's syntax as PostgreSQL writes it.

    Raises ValueError with a sentence that says what is not supported, and at which character (counted from 1).
    """
    reader = _Reader(pattern)
    if pattern.startswith("(?i)"):
        reader.folds, reader.place = True, 4
    part = reader.alternatives(0)
    if reader.place < len(pattern):
        raise reader.refusal("A bracket ) closes nothing; write \\) for the sign itself")
    return part.text


@dataclass(frozen=True, slots=True)
class _Part:
    """Part of a pattern: as PostgreSQL writes it, its size, whether it fits no text at all, whether it asks places.

    What does both must not be repeated: PostgreSQL finds it too complex, and it says no more than once does.
    """

    text: str
    size: int = 1
    fits_nothing: bool = False
    asks_place: bool = False


@dataclass
class _Reader:
    """Reads a pattern from left to right."""

    pattern: str
    place: int = 0
    folds: bool = False

    def refusal(self, message: str, place: int | None = None) -> ValueError:
        return ValueError(f"{message} (at character {(self.place if place is None else place) + 1} of the pattern).")

    def peek(self) -> str:
        return self.pattern[self.place : self.place + 1]

    def take(self) -> str:
        taken = self.peek()
        self.place += 1
        return taken

    def alternatives(self, depth: int) -> _Part:
        if depth > DEEPEST:
            raise self.refusal(f"Groups can be nested {DEEPEST} deep")
        branches = [self.branch(depth)]
        while self.peek() == "|":
            self.place += 1
            branches.append(self.branch(depth))
            self.check_size(sum(branch.size for branch in branches))
        return _Part(
            "|".join(branch.text for branch in branches),
            1 + sum(branch.size for branch in branches),
            any(branch.fits_nothing for branch in branches),
            any(branch.asks_place for branch in branches),
        )

    def check_size(self, size: int) -> None:
        if size > LARGEST:
            raise self.refusal(f"The pattern is too large: written out it can have {LARGEST} characters")

    def branch(self, depth: int) -> _Part:
        parts: list[_Part] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated(depth))
            self.check_size(sum(part.size for part in parts))
        return _Part(
            "".join(part.text for part in parts) or "(?:)",
            sum(part.size for part in parts),
            all(part.fits_nothing for part in parts),
            any(part.asks_place for part in parts),
        )

    def repeated(self, depth: int) -> _Part:
        start = self.place
        part = self.atom(depth)
        quantifier, least, times = self.quantifier()
        if quantifier and part.fits_nothing and part.asks_place:
            raise self.refusal("A place such as ^, $ or \\b cannot be repeated without something beside it", start)
        return _Part(part.text + quantifier, part.size * times, part.fits_nothing or not least, part.asks_place)

    def atom(self, depth: int) -> _Part:
        """Return one character, class, group or place."""
        start, sign = self.place, self.take()
        match sign:
            case "(":
                return self.group(depth, start)
            case "[":
                return _Part(self.bracket(start))
            case ".":
                return _Part(r"[^\n]")
            case "^" | "$":
                return _Part(_ASSERTIONS["A" if sign == "^" else "z"], 1, True, True)
            case "\\" if self.peek() and self.peek() in _ASSERTIONS:
                return _Part(_ASSERTIONS[self.take()], _ASSERTION_SIZE, True, True)
            case "\\":
                escaped = self.escape()
                ranges = [(escaped, escaped)] if isinstance(escaped, int) else escaped
                return _Part(written(self.folded(ranges, start)))
            case "*" | "+" | "?":
                raise self.refusal(
                    f"There is nothing that {sign} could repeat; write \\{sign} for the sign itself", start
                )
            case "{" | "}" | "]":
                raise self.refusal(f"Write \\{sign} for the sign itself", start)
        code = ord(self.allowed(sign, start))
        return _Part(written(self.folded([(code, code)], start)))

    def group(self, depth: int, start: int) -> _Part:
        if self.peek() == "?":
            if not self.pattern.startswith("?:", self.place):
                raise self.refusal(
                    "Of groups that begin with (? only (?:…) can be used, and (?i) at the pattern’s start", start
                )
            self.place += 2
        part = self.alternatives(depth + 1)
        if self.take() != ")":
            raise self.refusal("This bracket ( is not closed; write \\( for the sign itself", start)
        return replace(part, text=f"(?:{part.text})")

    def quantifier(self) -> tuple[str, int, int]:
        """Return the repeat that follows as both write it, its least number, and by what it multiplies the size."""
        start, sign = self.place, self.peek()
        if sign == "{":
            quantifier, least, times = self.counted(start)
        elif sign and sign in "*+?":
            quantifier, least, times = self.take(), int(sign == "+"), 1
        else:
            return "", 1, 1
        if self.peek() == "?":
            self.place += 1
        if self.peek() and self.peek() in "*+?{":
            raise self.refusal("A repeat cannot be repeated; put brackets around what is repeated")
        return quantifier, least, times

    def counted(self, start: int) -> tuple[str, int, int]:
        end = self.pattern.find("}", start)
        least, comma, most = self.pattern[start + 1 : max(end, 0)].partition(",")
        numbers = [number for number in (least, most) if number]
        if end < 0 or not least or not all(number.isascii() and number.isdigit() for number in numbers):
            raise self.refusal("A repeat is written {2}, {2,} or {2,5}; write \\{ for the sign itself", start)
        if max(map(len, numbers)) > 4 or max(map(int, numbers)) > MOST_REPEATS:
            raise self.refusal(f"A part can be repeated {MOST_REPEATS} times at most", start)
        if most and int(most) < int(least):
            raise self.refusal(f"{least} to {most} repeats: the smaller number comes first", start)
        self.place = end + 1
        written = f"{{{int(least)}{comma}{int(most) if most else ''}}}"
        return written, int(least), max(*map(int, numbers), 1) + (comma != "" and not most)

    def escape(self) -> int | Ranges:
        """Return the character or the set that stands after a backslash."""
        start, sign = self.place - 1, self.take()
        if sign.lower() in _SETS and sign:
            ranges = self.folded(_SETS[sign.lower()], start)
            return ranges if sign.islower() else complement(ranges)
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign == "x":
            return self.hexadecimal(start)
        if sign == "B":
            raise self.refusal("\\B cannot be used: RE2 finds it inside letters that take several bytes", start)
        if sign.isascii() and sign.isprintable() and not sign.isalnum() and sign:
            return ord(sign)
        raise self.refusal(f"\\{sign} cannot be used" if sign else "The pattern ends after a backslash", start)

    def hexadecimal(self, start: int) -> int:
        if self.peek() == "{":
            end = self.pattern.find("}", self.place)
            digits, after = self.pattern[self.place + 1 : max(end, 0)], end + 1
        else:
            digits, after = self.pattern[self.place : self.place + 2], self.place + 2
            digits = digits if len(digits) == 2 else ""
        if not 1 <= len(digits) <= 6 or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
            raise self.refusal("A character by its number is written \\x41 or \\x{1F600}", start)
        self.place, code = after, int(digits, 16)
        if code > LAST:
            raise self.refusal("There is no character with this number", start)
        return ord(self.allowed(chr(code), start))

    def allowed(self, character: str, start: int) -> str:
        if character == "\0" or ord(character) in _SURROGATES:
            raise self.refusal("This character never stands in a text", start)
        return character

    def bracket(self, start: int) -> str:
        negated = self.peek() == "^"
        self.place += negated
        ranges: Ranges = []
        first = True
        while first or self.peek() != "]":
            first = False
            if not self.peek():
                raise self.refusal("This bracket [ is not closed; write \\[ for the sign itself", start)
            ranges += self.range_in_bracket()
        self.place += 1
        ranges = merged(self.folded(ranges, start))
        if not ranges or (negated and not complement(ranges)):
            raise self.refusal("No character fits this class", start)
        return written(ranges, negated=negated)

    def range_in_bracket(self) -> Ranges:
        start = self.place
        low = self.character_in_bracket()
        if not isinstance(low, int):
            return low
        if self.peek() != "-" or self.pattern[self.place + 1 : self.place + 2] in ("]", ""):
            return [(low, low)]
        self.place += 1
        high = self.character_in_bracket()
        if not isinstance(high, int) or high < low:
            raise self.refusal("A range goes from a character to a later one; write \\- for the sign itself", start)
        return [(low, high)]

    def character_in_bracket(self) -> int | Ranges:
        start = self.place
        if self.pattern.startswith("[:", start):
            raise self.refusal("Classes such as [:alpha:] cannot be used; write a-zA-Z", start)
        sign = self.take()
        return self.escape() if sign == "\\" else ord(self.allowed(sign, start))

    def folded(self, ranges: Ranges, start: int) -> Ranges:
        """Return the ranges with the other case of each letter, where the pattern begins with `(?i)`."""
        if not self.folds or sum(high - low + 1 for low, high in ranges) > LAST // 2:
            return ranges
        codes = {code for low, high in ranges for code in range(low, high + 1)}
        if any(code > 127 and code not in (_KELVIN, _LONG_S) and has_case(chr(code)) for code in codes):
            raise self.refusal("(?i) works for the letters a to z only; write others in both cases, as [äÄ]", start)
        letters = {chr(code).lower() for code in codes if code < 128 and chr(code).isalpha()}
        letters |= {letter for letter, code in (("k", _KELVIN), ("s", _LONG_S)) if code in codes}
        added = {ord(other) for letter in letters for other in (letter, letter.upper())}
        added |= {code for letter, code in (("k", _KELVIN), ("s", _LONG_S)) if letter in letters}
        return [*ranges, *((code, code) for code in sorted(added))]
