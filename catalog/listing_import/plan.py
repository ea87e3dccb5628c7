"""PURE. The SQL expressions by which a seller's staged rows are compared with the catalogue.

`s` is the staged row, `p` the seller's product with its SKU, `w_…` the meaning of a looked-up word, `o0`, `o1` … the
product's offers in the markets for which the file has prices. Only columns that the file has take part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .. import markets
from ..money import minor_digits
from .column_kinds import CLEAR
from .columns import WORDS
from .headers import ColumnMapping
from .staging import CLEAN

TEXTS = ("title", "description", "gtin", "variant_group", "variant_name")
"""Fields of a product that hold the cell's own text."""
JUMP = 50
"""A price that becomes so many times larger or smaller deserves a second look: a comma may be gone."""

ACCEPTED_FACTOR = 100
"""Prices are accepted at a glance only in currencies with so many minor units."""

IS_RETURN = "p.status = 'removed' AND back.undo = 'removed' AND back.version + 1 = p.version"
"""Whether the undoing of the change `back` is what removed the product `p`, and nothing happened to it since."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of an import's tables: staged rows, their results, the meanings of words.

    `odd` has the numbers of rows that must be judged cell by cell without being marked so; empty: there are none.
    """

    rows: str
    results: str
    words: str
    odd: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """A column with prices, as SQL expressions: the cell, its market, its currency and the currency's minor units."""

    alias: str
    cell: str
    market: str
    currency: str
    factor: str

    @property
    def minor(self) -> str:
        """The amount in minor units; only for cells that are amounts."""
        return f"(replace({self.cell}, ',', '.')::numeric * {self.factor})::bigint"


class Plan:
    """The expressions for one import."""

    def __init__(self, mapping: ColumnMapping, seller_id: int, tables: Tables, *, has_returns: bool = False) -> None:
        self.mapping = mapping
        self._has_returns = has_returns
        self._seller_id = int(seller_id)
        self.tables = tables
        self.texts = [name for name in TEXTS if mapping.has(name)]
        self.words = [name for name in WORDS if mapping.has(name) or (name == "currency" and mapping.has("price"))]
        self.prices = self._prices()
        self.has_stock = mapping.has("stock")

    def of_rows(self, rows: str) -> Plan:
        """Return the same plan for some of the rows, in a table of that name."""
        tables = replace(self.tables, rows=rows)
        return Plan(self.mapping, self._seller_id, tables, has_returns=self._has_returns)

    def sources(self, sku: str = "s.sku") -> str:
        """Return the FROM clause; `sku` is the expression by which rows find their products."""
        joins = [
            f"{self.tables.rows} s",
            f"LEFT JOIN catalog_product p ON p.seller_id = {self._seller_id} AND p.sku = {sku}",
            *(f"LEFT JOIN {self.tables.words} w_{name} ON w_{name}.name = '{name}' AND w_{name}.word = s.{name}"
              for name in self.words),
            *(f"LEFT JOIN catalog_offer {price.alias} ON {price.alias}.product_id = p.id"
              f" AND {price.alias}.market = {price.market}" for price in self.prices),
        ]  # fmt: skip
        if self.tables.odd:
            joins.append(f"LEFT JOIN {self.tables.odd} odd ON odd.number = s.number")
        if self._has_returns:  # a subquery instead would keep PostgreSQL from comparing with parallel workers
            joins.append(f"LEFT JOIN catalog_importchange back ON back.product_id = p.id AND {IS_RETURN}")
        return " ".join(joins)

    def outcome(self) -> str:
        """Return the expression for what a row does; "judge" for one whose cells must be looked at one by one."""
        return (
            f"CASE WHEN NOT coalesce({self.is_clean()}, false) THEN 'judge' WHEN p.id IS NULL THEN 'create'"
            f" WHEN NOT {self.changes()} THEN 'same'"
            f" WHEN {self._jumps()} THEN 'jump' ELSE 'change' END"
        )

    def is_clean(self) -> str:
        """Return the condition under which every cell is canonical as it stands: judged so, or not in need of it."""
        tests = ["s.mark IS NULL", "s.sku IS NOT NULL", *(["odd.number IS NULL"] if self.tables.odd else [])]
        tests += [f"({price.cell} IS NULL OR {price.factor} = {ACCEPTED_FACTOR})" for price in self.prices]
        tests += self._needs()
        return f"(s.mark = '{CLEAN}' OR {' AND '.join(tests)})"

    def needs(self) -> str:
        """Return the condition under which the row is allowed whatever its cells look like."""
        return f"coalesce({' AND '.join(self._needs())}, false)"

    def _needs(self) -> list[str]:
        """What cells must say together: a new listing its title, a stock its price, a word its meaning."""
        needs = ["(p.id IS NOT NULL OR s.title IS NOT NULL)" if self.mapping.has("title") else "p.id IS NOT NULL"]
        needs += [f"(s.{name} IS NULL OR w_{name}.is_known{self._stays(name)})" for name in self.words]
        if self.has_stock:
            priced = " OR ".join(f"{price.cell} IS NOT NULL OR {price.alias}.id IS NOT NULL" for price in self.prices)
            needs.append(f"(s.stock IS NULL OR {priced or 'false'})")
        return needs

    def _stays(self, name: str) -> str:
        """A brand that may not be used any more may stay where it is."""
        return f" OR {self.stays(name)}" if name == "brand" else ""

    def stays(self, name: str) -> str:
        """Return the condition under which the word means what the product has already."""
        return f"(w_{name}.key = p.{name}_id)"

    def changes(self) -> str:
        """Return the condition under which a clean row differs from its product, NULL counting as false."""
        tests = [f"{self.text(name)} <> p.{name}" for name in self.texts]
        tests += [f"s.{name} IS NOT NULL AND w_{name}.key IS DISTINCT FROM p.{name}_id" for name in self.references]
        if self.mapping.has("condition"):
            tests.append("w_condition.value <> p.condition")
        tests.append(self.returns())
        tests += [self.price_differs(price) for price in self.prices]
        tests += [self.stock_differs(price) for price in self.prices] if self.has_stock else []
        return f"coalesce({' OR '.join(f'({test})' for test in tests) or 'false'}, false)"

    def returns(self) -> str:
        """Return the condition under which the row brings back a listing that only the undoing of an import removed."""
        return "back.id IS NOT NULL" if self._has_returns else "false"

    def first_status(self) -> str:
        """Return the expression for the status of a listing that starts: live when it is complete and may go live."""
        if not self.mapping.goes_live or not self.mapping.has("image_urls") or not self.prices:
            return "'draft'"
        priced = " OR ".join(f"{price.cell} IS NOT NULL" for price in self.prices)
        return f"CASE WHEN s.image_urls IS NOT NULL AND ({priced}) THEN 'live' ELSE 'draft' END"

    def price_differs(self, price: Price) -> str:
        """Return the condition under which the row has a price that the offer does not have."""
        known, new = f"{price.alias}.price_minor, {price.alias}.currency", f"{price.minor}, {price.currency}"
        return f"{price.cell} IS NOT NULL AND ({known}) IS DISTINCT FROM ({new})"

    def stock_differs(self, price: Price) -> str:
        """Return the condition under which the row has another stock than the offer that is there."""
        return f"s.stock::int <> {price.alias}.stock"

    def _jumps(self) -> str:
        """Return the condition under which a price becomes many times larger or smaller."""
        tests = [
            f"({price.currency} = {price.alias}.currency AND ({price.minor} >= {JUMP} * {price.alias}.price_minor"
            f" OR {JUMP} * {price.minor} <= {price.alias}.price_minor))"
            for price in self.prices
        ]
        return f"coalesce({' OR '.join(tests)}, false)" if tests else "false"

    def text(self, name: str) -> str:
        """Return the expression for the new text of a field; NULL leaves it as it is, empty clears it."""
        return f"(CASE WHEN s.{name} = '{CLEAR}' THEN '' ELSE s.{name} END)"

    @property
    def references(self) -> list[str]:
        """The fields of a product that refer to the row that a word means."""
        return [name for name in ("brand", "category") if self.mapping.has(name)]

    def _prices(self) -> list[Price]:
        mapping = self.mapping
        prices = []
        if mapping.has("price") or (mapping.has("stock") and not mapping.price_markets):
            prices.append(self._own_price())
        for place, market in enumerate(mapping.price_markets, 1):
            currency = markets.currency_of(market)
            cell = f"s.market_prices[{place}]"
            prices.append(Price(f"o{len(prices)}", cell, literal(market), literal(currency), _factor(currency)))
        return prices

    def _own_price(self) -> Price:
        """Return the price whose market and currency the row itself may say."""
        mapping = self.mapping
        market = literal(mapping.market)
        currency, factor = literal(mapping.currency), _factor(mapping.currency)
        if mapping.has("market"):
            is_chosen = f"coalesce(w_market.value, {market}) = {market}"
            market = f"coalesce(w_market.value, {market})"
            currency = f"CASE WHEN {is_chosen} THEN {currency} ELSE w_market.currency END"
            factor = f"CASE WHEN {is_chosen} THEN {factor} ELSE w_market.factor END"
        if mapping.has("currency"):
            currency, factor = "NULL::text", "NULL::int"
        if not mapping.has("price"):
            return Price("o0", "NULL::text", market, "NULL::text", "NULL::int")
        return Price(
            "o0", "s.price", market, f"coalesce(w_currency.value, {currency})", f"coalesce(w_currency.factor, {factor})"
        )


def literal(text: str, cast: str = "::text") -> str:
    """Return the text as an SQL literal."""
    quoted = text.replace("'", "''")
    return f"'{quoted}'{cast}"


def _factor(currency: str) -> str:
    return str(10 ** minor_digits(currency))
