"""The application's face: what it re-exports and what it hides."""

from . import cycle, events
from .models import *
from .services import process, exported, _private

__all__ = ["exported", "Order", "process"]


def __getattr__(name):
    if name == "lazy_value":
        return "lazy"
    raise AttributeError(name)
