from .inner import give as exported
from .inner import give as renamed_export

local = "clean"
