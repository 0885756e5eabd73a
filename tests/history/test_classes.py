"""The sorts of faults that QEMU's history holds, in small C of our own.

Each source marks the lines where something must be found; there must be nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import spapr_lint

MARK = re.compile(r"/\* (SPL\d{3}(?: SPL\d{3})*) \*/")

HEAD = """\
typedef struct CPUState { int cpu_index; } CPUState;
typedef struct PowerPCCPU { CPUState parent_obj; int vcpu_id; } PowerPCCPU;
typedef struct ICPState { int cppr; } ICPState;
typedef struct ICSIRQState { uint32_t server; uint8_t priority; } ICSIRQState;
typedef struct ICSState {
    uint32_t nr_irqs;
    uint32_t offset;
    qemu_irq *qirqs;
    ICSIRQState *irqs;
} ICSState;
typedef struct XICSFabric XICSFabric;
int spapr_max_server_number(void *spapr);
"""

SOURCES = {
    # In 2.10 the presenters came to be looked up by server number.
    "presenters by server": """
static void setup(XICSFabric *xi, PowerPCCPU *cpu)
{
    xics_icp_get(xi, cpu->vcpu_id);
    xics_icp_get(xi, CPU(cpu)->cpu_index); /* SPL104 */
}
""",
    "presenters by CPU index": """
static int get_cpu_index_by_dt_id(int cpu_dt_id)
{
    PowerPCCPU *cpu = ppc_get_vcpu_by_dt_id(cpu_dt_id);

    return cpu ? CPU(cpu)->cpu_index : -1;
}

static void setup(XICSFabric *xi, CPUState *cs, target_ulong *args)
{
    xics_icp_get(xi, cs->cpu_index);
    xics_icp_get(xi, get_cpu_index_by_dt_id(args[0]));
}

static void write_xive(ICSState *ics, int srcno, int cpu_dt_id)
{
    ics->irqs[srcno].server = get_cpu_index_by_dt_id(cpu_dt_id);
}
""",
    # A field of a name that a table has elsewhere, in memory whose size names no one type.
    "another table of that name": """
typedef struct { int arch_id; } CPUArchId;
typedef struct { int len; CPUArchId cpus[0]; } CPUArchIdList;
typedef struct { CPUArchIdList *possible_cpus; } MachineState;

static void possible(MachineState *machine)
{
    int i;
    int cores = max_cpus / smp_threads;

    machine->possible_cpus = g_malloc0(sizeof(CPUArchIdList) + sizeof(CPUArchId) * cores);
    machine->possible_cpus->len = cores;
    for (i = 0; i < machine->possible_cpus->len; i++) {
        machine->possible_cpus->cpus[i].arch_id = i * smp_threads;
    }
}
""",
    # One wrong argument is one finding, wherever the callee carries it.
    "a wrong argument is told once": """
typedef struct { uint64_t w; } XiveEAS;
typedef struct SpaprXive { uint32_t nr_irqs; XiveEAS *eat; } SpaprXive;

static void set_valid(SpaprXive *xive, uint32_t lisn)
{
    xive->eat[lisn].w |= 1;
}

bool spapr_xive_irq_claim(SpaprXive *xive, uint32_t lisn, bool lsi)
{
    xive->eat[lisn].w |= 2;
    set_valid(xive, lisn);
    return true;
}

static void claim(SpaprXive *xive, void *spapr)
{
    int i;
    int nr_servers = spapr_max_server_number(spapr);

    for (i = 0; i < nr_servers; i++) {
        spapr_xive_irq_claim(xive, i, false); /* SPL102 */
    }
}

static void direct(SpaprXive *xive, PowerPCCPU *cpu)
{
    set_valid(xive, cpu->vcpu_id);
}
""".replace("    xive->eat[lisn].w |= 1;", "    xive->eat[lisn].w |= 1; /* SPL102 */"),
    # A field that says one thing and is given another: who gives it is wrong, not who reads it.
    "a field that carries two sizes": """
typedef struct SpaprXive { uint32_t nr_irqs; } SpaprXive;
typedef struct SpaprIrq { uint32_t nr_irqs; } SpaprIrq;
#define SPAPR_IRQ_XIVE_NR_IRQS 0x2000

SpaprIrq spapr_irq_xive = {
    .nr_irqs = SPAPR_IRQ_XIVE_NR_IRQS, /* SPL205 */
};

static void realize(SpaprXive *xive, SpaprIrq *irq)
{
    xive->nr_irqs = irq->nr_irqs;
}

static void init(SpaprXive *xive)
{
    realize(xive, &spapr_irq_xive);
}
""",
}


def expected(text: str) -> list[tuple[int, str]]:
    return [
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        for found in MARK.finditer(line)
        for code in found[1].split()
    ]


@pytest.mark.parametrize("name", SOURCES)
def test_class(name: str, tmp_path: Path) -> None:
    (tmp_path / "VERSION").touch()
    folder = tmp_path / "hw/ppc"
    folder.mkdir(parents=True)
    text = HEAD + SOURCES[name]
    (folder / "spapr_twin.c").write_text(text)
    report = spapr_lint.check([str(folder)], root=str(tmp_path), cache=False)
    assert [(f.line, f.rule) for f in report.findings] == expected(text)
