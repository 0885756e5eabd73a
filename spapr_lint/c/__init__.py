"""QEMU's C as readable Python with a line map: parse, declarations, translate.

One module comes out of each C file, with the same names, order and comments.
It is read by people, linted, and executed by the runtime.  It imports nothing:
the runtime puts names into its globals, as follows.

What a module holds
-------------------
- ``def`` for each function, parameters and result annotated with C types.  The
  runtime wraps it in its ``cfunc``: arguments and results are converted to the
  annotated integer types, records passed by value are copied.
- ``class X(Struct)``, ``class X(Union)`` with annotated fields.  Assigning to a
  field or an array's element converts to its type; locals are converted in the
  text (``x = uint8_t(x + 1)``) and only where the value may not fit.
  ``Bits[T, "3"]`` is a bit field, ``Array[Bit, "n"]`` a bitmap.  The first member
  is a field, no base class.  An unnamed inner union's fields are the outer
  record's, after ``__union_12__ = ("a", ("b", "c"))``: they share one place.
  The fields of an unnamed struct in a union follow each other: ``__struct_13__ = ("b", "c")``.
- module constants for macros and enums, functions for macros with parameters.  A
  macro that jumps, assigns, pastes tokens or names a field is expanded where it
  is used, on that line; its definition is a ``# #define`` comment.
- both sides of conditionals, under ``if defined("CONFIG_KVM"):``.
- a static local ``n`` of ``f`` is the module variable ``f__n``.

Types in annotations: C's names (``uint32_t``, ``unsigned``, ``ulong``),
``Ptr[T]`` (``void *`` is ``Ptr[void]``, ``char *`` is ``Ptr[char]``),
``Array[T, "n"]`` with the dimension as C, ``Callable[[A, B], R]``, ``Ref[T]`` for
a local whose address is taken, ``Annotated[T, "lisn.id"]`` from a tag comment.

What the runtime gives
----------------------
- ``uint8_t(x)`` and every integer type: the value converted.  ``int`` is C's, as
  are ``bool`` and ``long``.  ``u8`` … ``u64``, ``s8`` … ``s64``: the same, written
  where a value is observed that may have wrapped (``u32(a - b) < c``).
- A pointer to a record is the record; to a scalar, anything with ``.v``; into an
  array, anything with ``.v`` and ``[i]``; ``NULL`` is false.  A string literal is a
  ``str``; ``ptr`` accepts one.
- ``Ref(x)``, ``Ref()``: a boxed local.  ``addr(s, "f")``: the address of a scalar
  field.  ``ptr(a, i)``: ``a + i``, of an array, pointer or str.  ``p - q``.
- ``ptr_cast(T, p)``: the same bytes as ``T``.  ``as_(T, p)``: the record ``T`` that
  starts where ``p`` does.
- ``T(a, b, f=c)``: a record; ``f__g=c`` is ``.f.g = c``; a list or dict for a field is
  an array (dict: by index, ``crange(a, b)`` for ``a ... b``).  ``T()`` is zeroed.
  ``Init(f=c)``: a record whose type is not known.
- ``array(T, items, n=size)``: bounds-checked; items is a list, a dict or a str;
  ``n`` may be a tuple.  ``sizeof(T)``, ``sizeof(value)``, ``alignof(T)``,
  ``offsetof(T, "f")``: ints that remember the type; ``sizeof(Ptr[T])`` is a pointer's.
- ``assign(dst, src)``: a record assigned; ``copy(src)``: a new one with its value.
- ``cdiv(a, b)``, ``cmod(a, b)``: signed division towards zero.
- ``set_(owner, place, value)``: stores, gives the value; place is a field's name or
  an index.  ``preinc``/``postinc(owner, place, by)``: steps, gives the new or old value.
- ``for case in switch(x): if case(A, B): …``: one turn; ``case`` is true from the
  first match on; ``case()`` is default, ``case(unless=[…])`` a default before other
  labels.  Each ``break`` ends it.
- ``defined("X")``; ``ext.name = x`` writes a variable that another file defines.
- ``UNTRANSLATED("C text")`` stops the run.  ``va_list(va)``, ``va_arg(ap, T)``.
- loops: ``QLIST_FOREACH(head, "field")`` (its kin, also ``_SAFE`` without the spare
  variable) and ``CPU_FOREACH()`` give the elements.  Field names in ``QLIST_*``,
  ``container_of``, ``DEFINE_PROP_*``, ``VMSTATE_*`` come as strings, type names as
  types.  ``errp = ERRP_GUARD(errp)``.  ``type_init(f)``; QOM declarations
  (``OBJECT_DECLARE_TYPE("A", "B", "C")``) with strings.
"""

from __future__ import annotations

from spapr_lint.c.index import Declarations, headers
from spapr_lint.c.mask import decode
from spapr_lint.c.parsing import FunctionSpan, ParseError, Unit, parse
from spapr_lint.c.project import Module, declarations, inline_units, translate_paths
from spapr_lint.c.translation import Missing, Translated, translate

__all__ = [
    "Declarations",
    "FunctionSpan",
    "Missing",
    "Module",
    "ParseError",
    "Translated",
    "Unit",
    "declarations",
    "decode",
    "headers",
    "inline_units",
    "parse",
    "translate",
    "translate_paths",
]
