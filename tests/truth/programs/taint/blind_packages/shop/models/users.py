"""A user, whose name may come from outside."""

from dataclasses import dataclass


@dataclass
class User:
    name: str
    mail: str = ""
