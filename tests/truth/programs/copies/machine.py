"""A machine in the style of QEMU: properties by string, class slots, handlers, a device tree."""

from recorder import choice, sink, source


class Property:
    def __init__(self, name, field, default=None):
        self.name = name
        self.field = field
        self.default = default


class ObjectClass:
    def __init__(self):
        self.props = []
        self.dt = None
        self.claim_irq = None
        self.reset = None


class Object:
    def __init__(self, klass):
        self.klass = klass
        for prop in klass.props:
            setattr(self, prop.field, prop.default)


def object_property_set(obj, name, value):
    for prop in obj.klass.props:
        if prop.name == name:
            setattr(obj, prop.field, value)


def object_property_get(obj, name):
    for prop in obj.klass.props:
        if prop.name == name:
            return getattr(obj, prop.field)
    return None


def xive_dt(intc, nr_servers, fdt):
    sink(nr_servers)  # flow
    ranges = [0, nr_servers]
    fdt_setprop(fdt, "interrupt-controller", "ranges", ranges)


def xics_dt(intc, nr_servers, fdt):
    sink(nr_servers)  # no flow
    fdt_setprop(fdt, "interrupt-controller", "ranges", [0, "clean"])


def xive_claim(intc, lisn):
    intc.eat[lisn] = True
    sink(lisn)  # flow


def xive_class_init(klass):
    klass.props = [Property("nr-irqs", "nr_irqs"), Property("nr-ends", "nr_ends", "none")]
    klass.dt = xive_dt
    klass.claim_irq = xive_claim


def xics_class_init(klass):
    klass.dt = xics_dt


def fdt_setprop(fdt, node, name, value):
    fdt.setdefault(node, {})[name] = value


def fdt_getprop(fdt, node, name):
    return fdt[node][name]


def properties():
    klass = ObjectClass()
    xive_class_init(klass)
    obj = Object(klass)
    object_property_set(obj, "nr-irqs", source())
    sink(obj.nr_irqs)  # flow
    sink(obj.nr_ends)  # no flow
    sink(object_property_get(obj, "nr-irqs"))  # flow
    sink(object_property_get(obj, "nr-ends"))  # no flow


def slots():
    xive, xics = ObjectClass(), ObjectClass()
    xive_class_init(xive)
    xics_class_init(xics)
    fdt = {}
    intc = Object(xive)
    intc.klass.dt(intc, source(), fdt)
    sink(fdt_getprop(fdt, "interrupt-controller", "ranges")[1])  # flow
    sink(fdt_getprop(fdt, "interrupt-controller", "ranges")[0])  # no flow
    other = {}
    Object(xics).klass.dt(None, "clean", other)
    sink(other["interrupt-controller"]["ranges"][1])  # no flow


def claims():
    klass = ObjectClass()
    xive_class_init(klass)
    intc = Object(klass)
    intc.eat = {}
    for number in ["a", source()]:
        intc.klass.claim_irq(intc, number)


class Machine:
    def __init__(self, ics, irq):
        self.ics = ics
        self.irq = irq
        self.qirqs = []


def qemu_allocate_irqs(handler, opaque, n):
    return [(handler, opaque, number) for number in range(n)]


def qemu_set_irq(line, level):
    handler, opaque, number = line
    handler(opaque, number, level)


def set_irq(opaque, n, level):
    sink(opaque.irq)  # flow
    sink(opaque.ics)  # no flow
    sink(level)  # flow
    sink(n)  # no flow


def handlers():
    machine = Machine("ics", source())
    machine.qirqs = qemu_allocate_irqs(set_irq, machine, 2)
    qemu_set_irq(machine.qirqs[1], source())


def run_on_cpu(cpu, function, data):
    function(cpu, data)


class Job:
    pass


def work(cpu, job):
    job.result = job.given
    sink(job.given)  # flow
    job.other = cpu


def jobs():
    job = Job()
    job.given, job.result, job.other = source(), "", ""
    run_on_cpu("cpu", work, job)
    sink(job.result)  # flow
    sink(job.other)  # no flow


HCALLS = {}


def register_hypercall(opcode, function):
    HCALLS[opcode] = function


def hypercall(opcode, args):
    return HCALLS[opcode](args)


def h_set(args):
    sink(args[0])  # no flow
    sink(args[1])  # flow
    args[0] = args[1]
    return "success"


def h_get(args):
    args[0] = "clean"
    return "success"


def hypercalls():
    register_hypercall(1, h_set)
    register_hypercall(2, h_get)
    args = ["lisn", source()]
    sink(hypercall(1, args))  # no flow
    sink(args[0])  # flow
    hypercall(2, args)
    sink(args[0])  # no flow
    sink(args[1])  # flow


def out_parameters():
    def end_to_target(end, out_server, out_prio):
        out_server[0] = end
        out_prio[0] = "prio"

    server, prio = [None], [None]
    end_to_target(source(), server, prio)
    sink(server[0])  # flow
    sink(prio[0])  # no flow


def instance_properties():
    bus = {}

    def add_property(name, getter, setter):
        bus[name] = (getter, setter)

    state = {"value": "clean"}
    add_property("value", lambda: state["value"], lambda v: state.update(value=v))
    bus["value"][1](source())
    sink(bus["value"][0]())  # flow
    bus["value"][1]("x")
    sink(bus["value"][0]())  # no flow


def lists_of_objects():
    cpus = [Job(), Job()]
    cpus[0].index, cpus[1].index = "zero", source()
    for cpu in cpus:
        sink(cpu.index)  # flow
        if choice():
            break
    first = next(c for c in cpus)
    sink(first.index)  # no flow


properties()
slots()
claims()
handlers()
jobs()
hypercalls()
out_parameters()
instance_properties()
lists_of_objects()
