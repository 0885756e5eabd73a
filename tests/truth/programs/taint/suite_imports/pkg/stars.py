from recorder import taint

__all__ = ["starred", "unstarred"]
starred = taint()
unstarred = "x"
other = taint()
