"""An order of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .users import User


class Order:
    def __init__(self, owner: User, item: str) -> None:
        self.owner = owner
        self.item = item

    def describe(self) -> str:
        from ..services import process

        return "%s: %s" % (process(self.owner.name), self.item)
