"""Random regular expressions of the portable kind, and texts that they may find something in."""

from __future__ import annotations

from hypothesis import strategies as st

_ATOMS = ["a", "b", "k", "S", "1", " ", r"\.", ".", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", r"\b", "^", "$", r"\A",
          r"\z", "[ab]", "[^k]", "[a-k_]", r"[^\w]", r"[\W1]", r"[^\s\d]", "[]a]", r"[a\-]", "[-a]", "[é-ü]", "é", "😀",
          r"\x41", r"\x{1F600}", r"\n", r"\-", "_", "\u212a", "ſ", "[^]^]", "ß", "(?:)", "()"]  # fmt: skip
_REPEATS = ["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0}", "{1,3}", "{0,2}?", "{2,}"]

searched_texts = st.text(st.sampled_from("aAbkKsS_ 1\n\t.-]^éßſ\u212a😀"), max_size=6)


def patterns() -> st.SearchStrategy[str]:
    """Patterns in RE2's syntax; some are not portable."""
    return st.builds(str.__add__, st.sampled_from(["", "", "(?i)"]), _parts())


def _parts() -> st.SearchStrategy[str]:
    def larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.lists(parts, min_size=2, max_size=4).map("".join),
            st.builds("({}|{}){}".format, parts, st.one_of(parts, st.just("")), st.sampled_from(_REPEATS)),
            st.builds("(?:{}){}".format, parts, st.sampled_from(_REPEATS)),
        )

    return st.recursive(st.sampled_from(_ATOMS), larger, max_leaves=8)
