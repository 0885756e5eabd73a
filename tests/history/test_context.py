"""What else is in view must not speak of this machine's numbers: programs of several files.

Each marks the lines where something must be found; there must be nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import spapr_lint

MARK = re.compile(r"/\* (SPL\d{3}(?: SPL\d{3})*) \*/")

MACHINE = """\
typedef struct CPUTopology { int cpus; int threads; int max_cpus; } CpuTopology;
typedef struct CPUArchIdList { int len; } CPUArchIdList;
typedef struct MachineState { CpuTopology smp; CPUArchIdList *possible_cpus; } MachineState;
typedef struct CPUCore { int core_id; } CPUCore;
"""

PROGRAMS = {
    # All machines keep their lists in one field: what one counts is not what another does.
    "a list of another machine": {
        "include/hw/boards.h": MACHINE,
        "include/hw/arm/boot.h": "void arm_load_kernel(void *cpu);\n",
        "hw/ppc/spapr.c": """
#include "hw/boards.h"
#include "hw/ppc/spapr.h"

static int spapr_find_cpu_slot(MachineState *ms, uint32_t id)
{
    int index = id / ms->smp.threads;

    return index >= ms->possible_cpus->len ? -1 : index;
}

static int spapr_core_pre_plug(MachineState *ms, CPUCore *cc)
{
    return spapr_find_cpu_slot(ms, cc->core_id);
}

static void spapr_possible_cpu_arch_ids(MachineState *ms)
{
    ms->possible_cpus = g_malloc0(sizeof(CPUArchIdList));
    ms->possible_cpus->len = ms->smp.max_cpus / ms->smp.threads;
}
""",
        "hw/arm/virt.c": """
#include "hw/boards.h"
#include "hw/arm/boot.h"

static void virt_possible_cpu_arch_ids(MachineState *ms)
{
    ms->possible_cpus = g_malloc0(sizeof(CPUArchIdList));
    ms->possible_cpus->len = ms->smp.max_cpus;
}

static void virt_cpu_props(MachineState *ms)
{
    int n;

    for (n = 0; n < ms->smp.max_cpus; n++) {
        assert(n < ms->possible_cpus->len);
        qemu_get_cpu(ms->smp.cpus);
    }
}
""",
    },
    # The body that keeps all handlers in one place would call each with the others' numbers.
    "who calls handlers is in view": {
        "hw/core/irq.c": """
typedef void (*qemu_irq_handler)(void *opaque, int n, int level);
typedef struct IRQState { qemu_irq_handler handler; void *opaque; int n; } IRQState;
typedef IRQState *qemu_irq;

#define IRQ(obj) OBJECT_CHECK(IRQState, (obj), TYPE_IRQ)

void qemu_set_irq(IRQState *irq, int level)
{
    irq->handler(irq->opaque, irq->n, level);
}

static qemu_irq one(qemu_irq_handler handler, void *opaque, int n)
{
    IRQState *irq = IRQ(object_new(TYPE_IRQ));

    irq->handler = handler;
    irq->opaque = opaque;
    irq->n = n;
    return irq;
}

qemu_irq *qemu_allocate_irqs(qemu_irq_handler handler, void *opaque, int count)
{
    qemu_irq *made = g_new(qemu_irq, count);
    int i;

    for (i = 0; i < count; i++) {
        made[i] = one(handler, opaque, i);
    }
    return made;
}
""",
        "hw/ppc/spapr_two.c": """
typedef struct ICSIRQState { uint32_t server; } ICSIRQState;
typedef struct ICSState { uint32_t nr_irqs; uint32_t offset; ICSIRQState *irqs; } ICSState;
typedef struct XiveEAS { uint64_t w; } XiveEAS;
typedef struct SpaprXive { uint32_t nr_irqs; XiveEAS *eat; } SpaprXive;

static void spapr_two_ics(void *opaque, int n, int level)
{
    ICSState *ics = opaque;

    ics->irqs[n].server = 0;
}

static void spapr_two_xive(void *opaque, int n, int level)
{
    SpaprXive *xive = opaque;

    xive->eat[n].w = level;
}

static void spapr_two_wrong(void *opaque, int n, int level)
{
    ICSState *ics = opaque;

    ics->irqs[n].server = 0; /* SPL105 */
}

static void spapr_two_init(ICSState *ics, SpaprXive *xive)
{
    qemu_irq *few = qemu_allocate_irqs(spapr_two_ics, ics, ics->nr_irqs);
    qemu_irq *many = qemu_allocate_irqs(spapr_two_xive, xive, xive->nr_irqs);

    qemu_set_irq(few[0], 1);
    qemu_set_irq(many[0], 1);
    qemu_allocate_irqs(spapr_two_wrong, ics, xive->nr_irqs);
}
""",
    },
    # Which device a property is set on is not known by its name alone.
    "a property that two devices have": {
        "hw/intc/xive.c": """
typedef struct XiveSource { uint32_t nr_irqs; uint8_t *bits; } XiveSource;
typedef struct ICSState { uint32_t nr_irqs; } ICSState;

static Property xive_source_properties[] = {
    DEFINE_PROP_UINT64("bits", XiveSource, bits, 0),
    DEFINE_PROP_UINT32("nr-irqs", XiveSource, nr_irqs, 0),
    DEFINE_PROP_END_OF_LIST(),
};

static Property ics_properties[] = {
    DEFINE_PROP_UINT32("nr-irqs", ICSState, nr_irqs, 0),
    DEFINE_PROP_END_OF_LIST(),
};

void xive_source_look(XiveSource *xsrc, uint32_t srcno)
{
    assert(srcno < xsrc->nr_irqs);
}
""",
        "hw/ppc/spapr_irq.c": """
typedef struct sPAPRIrq { uint32_t nr_irqs; } sPAPRIrq;
typedef struct sPAPRXive { uint32_t nr_irqs; XiveSource source; } sPAPRXive;

static void *spapr_ics_create(const char *type, int nr_irqs)
{
    Object *obj = object_new(type);

    object_property_set_int(obj, nr_irqs, "nr-irqs", NULL);
    return obj;
}

static void spapr_irq_init(sPAPRIrq *irq)
{
    spapr_ics_create(TYPE_ICS_KVM, irq->nr_irqs);
}

static void spapr_xive_look(sPAPRXive *xive)
{
    int i;

    for (i = 0; i < xive->nr_irqs; i++) {
        xive_source_look(&xive->source, i);
    }
}
""",
    },
    # It is told where the field is given what it is not declared to hold, and only there.
    "a comparison with a field that carries two sizes": {
        "hw/ppc/spapr_irq.c": """
typedef struct sPAPRIrq { uint32_t nr_irqs; } sPAPRIrq;
typedef struct sPAPRMachineState { sPAPRIrq *irq; } sPAPRMachineState;

static qemu_irq spapr_qirq_dual(sPAPRMachineState *spapr, int irq)
{
    if (irq >= spapr->irq->nr_irqs) {
        return NULL;
    }
    return spapr_qirq(spapr, irq);
}

sPAPRIrq spapr_irq_dual = {
    .nr_irqs = SPAPR_IRQ_DUAL_NR_IRQS, /* SPL205 */
    .qirq = spapr_qirq_dual,
};
""",
        "hw/ppc/spapr_other.c": """
#include "hw/ppc/xics.h"

static bool spapr_ours(ICSState *ics, CPUState *cs)
{
    return cs->cpu_index < ics->nr_irqs; /* SPL301 */
}
""",
        "include/hw/ppc/xics.h": """
typedef struct ICSState { uint32_t nr_irqs; } ICSState;
typedef struct CPUState { int cpu_index; } CPUState;
""",
    },
    # Slots of one name in two classes: the type of the class says whose functions may be called.
    "a slot of the same name in another class": {
        "hw/virtio/bus.c": """
typedef struct VirtioBusClass { void (*notify)(void *d, uint16_t vector); } VirtioBusClass;

static void bus_notify(void *d, uint16_t vector)
{
    qemu_get_cpu(vector);
}

static void bus_class_init(void *klass)
{
    VirtioBusClass *k = VIRTIO_BUS_CLASS(klass);

    k->notify = bus_notify;
}
""",
        "hw/ppc/spapr_xive.c": """
typedef struct XiveNotifierClass { void (*notify)(void *xn, uint32_t lisn); } XiveNotifierClass;
typedef struct SpaprXive { uint32_t nr_irqs; } SpaprXive;

static void spapr_xive_notify(void *xn, uint32_t lisn)
{
    ppc_get_vcpu_by_pir(lisn); /* SPL109 */
}

static void spapr_xive_class_init(void *klass)
{
    XiveNotifierClass *xnc = XIVE_NOTIFIER_CLASS(klass);

    xnc->notify = spapr_xive_notify;
}

static void spapr_xive_trigger(SpaprXive *xive, XiveNotifierClass *xnc)
{
    int i;

    for (i = 0; i < xive->nr_irqs; i++) {
        xnc->notify(xive, i);
    }
}
""",
    },
}


def expected(files: dict[str, str]) -> list[tuple[str, int, str]]:
    return [
        (path, number, code)
        for path, text in sorted(files.items())
        for number, line in enumerate(text.splitlines(), 1)
        for found in MARK.finditer(line)
        for code in found[1].split()
    ]


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "VERSION").touch()
    files = PROGRAMS[name]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    report = spapr_lint.check(["hw"], root=".", cache=False)
    assert [(f.path, f.line, f.rule) for f in report.findings] == expected(files)
