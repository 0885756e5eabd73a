"""Functions, lambdas and classes: what has a scope of its own.

Defaults, decorators, bases and annotations belong to the scope around; the body
is lowered by `Lowering.within`, which repeats it if names came late.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import NamedTuple

from spapr_lint.ir import (
    CLASS,
    DEFINE,
    FUNCTION,
    GLOBAL,
    RETURN,
    STAR,
    Block,
    Class,
    Code,
    Function,
    Node,
    Parameter,
)
from spapr_lint.python import scopes
from spapr_lint.python.annotations import text_of
from spapr_lint.python.lowering import Lowering, Syntax
from spapr_lint.python.scopes import Scope
from spapr_lint.python.statements import block


def _parameters(low: Lowering, node: Syntax) -> tuple[Parameter, ...]:
    found = [_parameter(low, one, "positional") for one in node.posonly_params]
    found += [_parameter(low, one, "both") for one in node.params]
    if node.star_arg.__class__ is low.types.Param:
        found.append(_parameter(low, node.star_arg, "star"))
    found += [_parameter(low, one, "keyword") for one in node.kwonly_params]
    if node.star_kwarg is not None:
        found.append(_parameter(low, node.star_kwarg, "mapping"))
    return tuple(found)


def _parameter(low: Lowering, node: Syntax, passing: str) -> Parameter:
    default = low.optional(node.default)
    annotation = node.annotation
    text = None if annotation is None else text_of(low, annotation.annotation)
    return Parameter(intern(node.name.value), passing, default, text, low.at(node.name))


class Head(NamedTuple):
    """A function without its body; ``target`` is None for a lambda."""

    name: str
    parameters: tuple[Parameter, ...]
    target: Node | None
    returns: str | None
    is_async: bool


def function(low: Lowering, node: Syntax) -> Node:
    """``def`` and ``async def``."""
    decorators = tuple([low.expression(one.decorator) for one in node.decorators])
    parameters = _parameters(low, node.params)
    name = intern(node.name.value)
    operation, operand = low.scope.bind(name)
    target = (operation, operand, low.at(node.name))
    returns = None if node.returns is None else text_of(low, node.returns.annotation)
    head = Head(name, parameters, target, returns, node.asynchronous is not None)
    index = define(low, node, head, node.name, lambda: block(low, node.body))
    return (DEFINE, index, decorators, low.next())


def lambda_(low: Lowering, node: Syntax) -> Node:
    """A lambda; its body becomes one RETURN."""
    head = Head("<lambda>", _parameters(low, node.params), None, None, False)
    index = define(low, node, head, node, lambda: _result(low, node.body))
    return (FUNCTION, index, low.next())


def define(
    low: Lowering, node: Syntax, head: Head, place: Syntax, lower_body: Callable[[], Block]
) -> int:
    """The index of a function whose head is lowered; ``place`` is where it stands."""
    index = len(low.functions)
    low.functions.append(None)
    owner = low.scope.index if low.scope.kind == scopes.CLASS else None
    name, parameters, target, returns, is_async = head
    qualname = _qualname(low.scope, name, target)

    def work(scope: Scope) -> Function:
        site = low.at(place)
        for parameter in parameters:
            scope.bind(parameter.name)
        body = lower_body()
        variables = scope.variables()
        shared = tuple([one for one in variables if one in scope.shared])
        return Function(
            name,
            qualname,
            parameters,
            Code(body),
            variables,
            shared,
            returns,
            owner,
            target,
            scope.generator,
            is_async,
            site,
        )

    low.functions[index] = low.within(scopes.FUNCTION, qualname, node, work)
    return index


def _result(low: Lowering, node: Syntax) -> Block:
    return ((RETURN, low.expression(node), low.at(node)),)


def _qualname(scope: Scope, name: str, target: Node | None) -> str:
    owner = scope.owner
    if owner.kind == scopes.MODULE or (target is not None and target[0] == GLOBAL):
        return name
    if owner.kind == scopes.CLASS:
        return f"{owner.qualname}.{name}"
    return f"{owner.qualname}.<locals>.{name}"


def class_(low: Lowering, node: Syntax) -> Node:
    """A class statement."""
    decorators = tuple([low.expression(one.decorator) for one in node.decorators])
    bases = []
    for base in node.bases:
        value = low.expression(base.value)
        bases.append((STAR, value, low.at(base.value)) if base.star else value)
    keywords = tuple(
        [
            (None if one.keyword is None else one.keyword.value, low.expression(one.value))
            for one in node.keywords
        ]
    )
    name = intern(node.name.value)
    index = define_class(low, node, name, node.name, lambda: block(low, node.body))
    return (CLASS, index, decorators, tuple(bases), keywords, low.next())


def define_class(
    low: Lowering, node: Syntax, name: str, place: Syntax, lower_body: Callable[[], Block]
) -> int:
    """The index of a class; ``place`` is where its name stands."""
    operation, operand = low.scope.bind(name)
    target = (operation, operand, low.at(place))
    index = len(low.classes)
    low.classes.append(None)
    qualname = _qualname(low.scope, name, target)

    def work(scope: Scope) -> Class:
        site = low.at(place)
        scope.index = index
        return Class(name, qualname, lower_body(), scope.variables(), target, site)

    low.classes[index] = low.within(scopes.CLASS, qualname, node, work)
    return index
