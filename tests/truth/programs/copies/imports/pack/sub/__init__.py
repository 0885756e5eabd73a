from .near import relative, relative_clean
from ..inner import give as up
