"""Imports of every spelling, re-exports, packages with and without ``__init__``."""

import lib
import lib as renamed
import pack.inner
import pack.inner as inner_alias
import spaces.deep.leaf
from lib import clean, give, hidden as shown
from pack import exported, renamed_export, sub
from pack.inner import Inner
from recorder import sink, source
from spaces.deep import leaf
from stars import *

sink(lib.give())  # flow
sink(lib.clean())  # no flow
sink(renamed.give())  # flow
sink(give())  # flow
sink(clean())  # no flow
sink(shown())  # flow
sink(lib.VALUE)  # flow
sink(lib.OTHER)  # no flow
sink(lib.keep(source()))  # flow
sink(lib.keep("x"))  # no flow
sink(pack.inner.value)  # flow
sink(inner_alias.other)  # no flow
sink(inner_alias.value)  # flow
sink(Inner(source()).get())  # flow
sink(Inner("x").get())  # no flow
sink(exported())  # flow
sink(renamed_export())  # flow
sink(pack.exported())  # flow
sink(pack.local)  # no flow
sink(sub.relative())  # flow
sink(sub.relative_clean())  # no flow
sink(sub.up())  # flow
sink(leaf.get())  # flow
sink(spaces.deep.leaf.get())  # flow
sink(leaf.quiet())  # no flow
sink(starred())  # flow
sink(starred_clean())  # no flow
sink(through_two_stars())  # flow
sink(limited())  # flow
