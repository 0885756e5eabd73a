from .. import inner
from ..inner import other


def relative():
    return inner.value


def relative_clean():
    return other
