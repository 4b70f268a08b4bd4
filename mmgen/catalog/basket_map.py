"""How a shop's transactions are read: the part ``[baskets]`` of a source map."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mmgen.config.params import Params


class Baskets(Params):
    """``[baskets]`` of a source map: a second file, one row for each item of each basket.

    ``product`` is the column that says what was bought: a ``product_id``, or with ``match = "title"`` a name that is
    compared with titles and categories word by word. ``basket``: the column, or columns, whose values name a basket.
    """

    file: str = Field(min_length=1, description="relative to the products' file")
    product: str
    basket: str | list[str]
    match: Literal["product_id", "title"] = "product_id"
    min_together: int = Field(3, ge=1, description="baskets that two items must share")
    max_items: int = Field(50, ge=2, description="a larger basket, a wholesaler's, links nothing")
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)

    @property
    def basket_columns(self) -> list[str]:
        """The columns that name a basket together."""
        return [self.basket] if isinstance(self.basket, str) else self.basket
