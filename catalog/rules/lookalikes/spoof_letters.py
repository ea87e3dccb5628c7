"""PURE. What spoofers write for a letter, as the generator of spoofs has it.

Written from what the letters look like and from spoofs that are known, not from the tables with which names are found
(`skeleton`, `pieces`): a bench that draws from the same table would prove nothing.
"""

from __future__ import annotations

HOMOGLYPHS = {
    "a": "аαɑ𝐚ａ", "b": "Ьв𝖻ｂ", "c": "сϲ𝖼ⅽ", "d": "ԁ𝖽ⅾɗ", "e": "еҽ𝖾ｅ", "f": "ƒ𝖿ｆ", "g": "ɡց𝗀ｇ", "h": "һհ𝗁ｈ",
    "i": "іιı𝗂ｉ", "j": "ј𝗃ϳ", "k": "кκ𝗄ｋ", "l": "ⅼӏ𝗅ｌ", "m": "м𝗆ⅿ", "n": "ոп𝗇ｎ", "o": "оοօ𝗈ｏ", "p": "рρ𝗉ｐ",
    "q": "ԛ𝗊զ", "r": "г𝗋ｒ", "s": "ѕ𝗌ｓ", "t": "т𝗍ｔ", "u": "υս𝗎ｕ", "v": "νѵ𝗏ⅴ", "w": "ԝա𝗐ｗ", "x": "хⅹ𝗑ｘ",
    "y": "уγ𝗒ｙ", "z": "ᴢ𝗓ｚ",
    "A": "АΑ𝖠Ａ", "B": "ВΒ𝖡", "C": "СϹ𝖢Ⅽ", "D": "𝖣ⅮᎠ", "E": "ЕΕ𝖤", "F": "Ϝ𝖥Ｆ", "G": "Ԍ𝖦", "H": "НΗ𝖧", "I": "ІΙӀ𝖨",
    "J": "Ј𝖩", "K": "КΚ𝖪", "L": "𝖫ⅬᏞ", "M": "МΜ𝖬", "N": "Ν𝖭Ｎ", "O": "ОΟՕ𝖮", "P": "РΡ𝖯", "Q": "𝖰Ԛ", "R": "𝖱ᎡＲ",
    "S": "Ѕ𝖲Տ", "T": "ТΤ𝖳", "U": "Ս𝖴Ｕ", "V": "Ѵ𝖵Ⅴ", "W": "Ԝ𝖶", "X": "ХΧ𝖷", "Y": "ҮΥ𝖸", "Z": "Ζ𝖹Ｚ",
}  # fmt: skip
"""Letters of other scripts, mathematical alphabets, number forms and full width that are drawn the same."""

LEET = {
    "a": "4@", "b": "8", "e": "3€", "g": "96", "i": "1!|", "l": "1|", "o": "0", "s": "5$", "t": "7+", "z": "2",
}  # fmt: skip
"""Digits and signs that are read as the letter."""

MISREAD = {
    "m": ("rn",), "rn": ("m",), "w": ("vv",), "d": ("cl",), "o": ("0",), "l": ("1", "I"), "i": ("l", "1"),
    "O": ("0",), "I": ("l", "1"), "S": ("5",), "B": ("8",), "G": ("6",), "Z": ("2",), "h": ("b",), "e": ("c",),
    "u": ("v",), "E": ("F",), "R": ("P",),
}  # fmt: skip
"""What readers of print take letters for."""

SMALL_CAPITALS = dict(zip("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", strict=True))

ACCENTS = {
    "a": "áàäâãå", "c": "çć", "d": "ď", "e": "éèëê", "g": "ğ", "i": "íìïî", "l": "ľĺ", "n": "ñń", "o": "óòöôõø",
    "r": "ŕř", "s": "šśş", "t": "ť", "u": "úùüû", "y": "ýÿ", "z": "žźż",
}  # fmt: skip

HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f"
"""Letters without width: spaces and joiners, the byte order mark, the soft hyphen."""

MARKS = "\u0301\u0308\u0327\u0332\u0336\u0338\u0323\u0360"
"""Marks above, below and through a letter."""

NEXT_KEYS = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "kop", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf",
    "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip
"""Neighbours on a keyboard with Latin letters (QWERTY)."""
