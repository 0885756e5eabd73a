"""How arguments find their parameters: defaults, keywords, stars, both ways."""

from recorder import sink, source


def two(a, b):
    return b


def direct(value, other):
    sink(value)  # flow
    sink(other)  # no flow


def keywords(a=None, b=None):
    sink(a)  # no flow
    sink(b)  # flow


def defaulted(a, b=source(), c="clean"):
    sink(a)  # no flow
    sink(b)  # flow
    sink(c)  # no flow


def overridden(a=source()):
    sink(a)  # no flow


def collected(first, *rest):
    sink(first)  # no flow
    sink(rest[0])  # flow
    sink(rest[1])  # no flow


def named(**options):
    sink(options["a"])  # flow
    sink(options["b"])  # no flow
    sink(options.get("c"))  # no flow


def spread_to(a, b, c):
    sink(a)  # no flow
    sink(b)  # flow
    sink(c)  # no flow


def mixed(a, /, b, *args, c, d="clean", **kwargs):
    sink(a)  # no flow
    sink(b)  # flow
    sink(args[0])  # no flow
    sink(args[1])  # flow
    sink(c)  # no flow
    sink(d)  # no flow
    sink(kwargs["e"])  # flow
    sink(kwargs["f"])  # no flow


def target(a, b):
    sink(a)  # no flow
    sink(b)  # flow


def forward(*args, **kwargs):
    return target(*args, **kwargs)


def keyword_only(*, one, other):
    sink(one)  # flow
    sink(other)  # no flow


def positional_only(a, b, /):
    sink(a)  # no flow
    sink(b)  # flow


def wrapped(function, *args, **kwargs):
    return function(*args, **kwargs)


def same_name(a, /, **kwargs):
    sink(a)  # no flow
    sink(kwargs["a"])  # flow


def grown(item, items=[]):
    items.append(item)
    return items


def added(items=None):
    items = items or []
    items.append("x")
    return items


def head_tail(first, *rest):
    if not rest:
        return first
    return head_tail(*rest)


direct(source(), "clean")
keywords(b=source(), a="clean")
defaulted("a")
overridden("given")
collected("f", source(), "c")
named(a=source(), b="b")
spread_to(*["a", source(), "c"])
spread_to("a", *(source(), "c"))
spread_to(**{"c": "c", "b": source(), "a": "a"})
spread_to("a", **{"c": "c", "b": source()})
mixed("a", source(), "0", source(), c="c", e=source(), f="f")
forward("a", source())
forward("a", b=source())
forward(b=source(), a="a")
keyword_only(other="x", one=source())
positional_only("a", source())
wrapped(target, "a", source())
wrapped(target, b=source(), a="a")
same_name("x", a=source())
sink(two(source(), "b"))  # no flow
sink(two("a", source()))  # flow
sink(two(b=source(), a="a"))  # flow
sink(two(b="b", a=source()))  # no flow
sink(wrapped(two, source(), "b"))  # no flow
sink(wrapped(lambda a, b: a, source(), "b"))  # flow
grown("first")
sink(grown(source())[0])  # no flow
sink(grown("third")[1])  # flow
sink(added()[0])  # no flow
sink(added([source()])[0])  # flow
sink(head_tail("a", "b", source()))  # flow
