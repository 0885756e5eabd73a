"""Classes over several files: bases, overrides, mixins, factories, sinks far away."""

import base
from devices import Kernel, Plain
from factory import build, make_class
from recorder import sink, source

sink(Kernel(source()).read())  # flow
sink(Plain(source()).read())  # no flow
sink(Kernel("x").read())  # no flow
sink(Kernel("x").identify())  # flow
sink(Plain("x").identify())  # no flow
sink(build("kernel", source()).read())  # flow
sink(build("plain", source()).read())  # no flow
sink(make_class("extra")("x").extra)  # flow
Kernel("x").deliver(source())
Plain("x").deliver("clean")
base.run_all([Kernel("x"), Plain("x")], source())
sink(base.LAST)  # flow
sink(isinstance(Kernel("x"), base.Device))  # no flow
