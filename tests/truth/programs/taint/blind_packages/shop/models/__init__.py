"""What the models are."""

from .orders import Order
from .users import User

__all__ = ["Order", "User"]
