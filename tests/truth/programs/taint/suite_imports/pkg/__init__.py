from recorder import taint

from . import sub
from .api import exported
from .api import hidden as renamed

value = taint()
clean = "x"
