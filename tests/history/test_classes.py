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
typedef struct CPUCore { int core_id; int nr_threads; } CPUCore;
typedef struct sPAPRMachineState { int vsmt; } sPAPRMachineState;
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
    qemu_set_irq(spapr_qirq(xive, lisn + SPAPR_XIRQ_BASE), lsi);
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
    "what a callee makes of a wrong argument": """
static void ics_kvm_set_irq(ICSState *ics, int srcno, int val)
{
    icp_irq(ics, ics->irqs[srcno].server, srcno + ics->offset, val);
}

static void spapr_irq_claim_both(ICSState *ics)
{
    ics_kvm_set_irq(ics, SPAPR_IRQ_EPOW, 1); /* SPL105 */
    ics_kvm_set_irq(ics, SPAPR_IRQ_EPOW - ics->offset, 1);
}
""",
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
    # A guest may renumber its buses: DRC ids are built of what it cannot change.
    "a DRC id of a bus number": """
static uint32_t drc_id_from_devfn(SpaprPhbState *phb, uint32_t number, int devfn)
{
    return (phb->index << 16) | (number << 8) | devfn;
}

static void plug(SpaprPhbState *phb, PCIBus *bus, int devfn, int chassis)
{
    spapr_drc_by_id(TYPE_SPAPR_DRC_PCI, drc_id_from_devfn(phb, pci_bus_num(bus), devfn)); /* X */
    spapr_drc_by_id(TYPE_SPAPR_DRC_PCI, drc_id_from_devfn(phb, chassis, devfn));
    trace(pci_bus_num(bus) << 8 | devfn);
}
""".replace("X", "SPL109"),
    # The user may have chosen another.
    "the LIOBN that a PHB would have": """
typedef struct SpaprPhbState { int index; uint32_t dma_liobn[2]; } SpaprPhbState;

static void realize(SpaprPhbState *phb)
{
    phb->dma_liobn[0] = SPAPR_PCI_LIOBN(phb->index, 0);
    spapr_tce_find_by_liobn(phb->dma_liobn[0]);
    spapr_tce_find_by_liobn(SPAPR_PCI_LIOBN(phb->index, 0)); /* SPL109 */
}
""",
    "how much memory where the highest address is wanted": """
typedef struct MachineState { uint64_t maxram_size; } MachineState;

static void capacity(void *fdt, MachineState *machine, uint64_t highest)
{
    uint32_t prop[5];

    prop[0] = cpu_to_be32(machine->maxram_size >> 32); /* SPL201 */
    fdt_setprop(fdt, 0, "ibm,lrdr-capacity", prop, sizeof(prop));
    prop[0] = cpu_to_be32(highest >> 32);
    fdt_setprop(fdt, 0, "ibm,lrdr-capacity", prop, sizeof(prop));
}
""",
    "how many nodes": """
typedef struct NumaState { int num_nodes; } NumaState;
typedef struct MachineState { NumaState *numa_state; } MachineState;
typedef struct SpaprMachineState { MachineState parent; int gpu_numa_id; } SpaprMachineState;

static void domains(void *fdt, MachineState *ms, SpaprMachineState *spapr)
{
    int nodes = ms->numa_state->num_nodes;
    uint32_t last[] = {4, 0, 0, 0, cpu_to_be32(nodes ? nodes - 1 : 0)}; /* SPL202 */
    uint32_t right[] = {4, 0, 0, 0, cpu_to_be32(nodes ? nodes : 1)};
    uint32_t twice[] = {4, 0, 0, 0, cpu_to_be32(nodes + spapr->gpu_numa_id)}; /* SPL203 */
    uint32_t next[] = {4, 0, 0, 0, cpu_to_be32(spapr->gpu_numa_id)};
    uint32_t all[] = {4, 0, 0, 0, cpu_to_be32(nodes + (spapr->gpu_numa_id - MAX(1, nodes)))};

    fdt_setprop(fdt, 0, "ibm,max-associativity-domains", last, sizeof(last));
    fdt_setprop(fdt, 0, "ibm,max-associativity-domains", right, sizeof(right));
    fdt_setprop(fdt, 0, "ibm,max-associativity-domains", twice, sizeof(twice));
    fdt_setprop(fdt, 0, "ibm,max-associativity-domains", next, sizeof(next));
    fdt_setprop(fdt, 0, "ibm,max-associativity-domains", all, sizeof(all));
}
""",
    "engines are counted from 1": """
#define PNV9_XSCOM_I2CM_SIZE 0x1000
typedef struct PnvI2C { uint32_t engine; } PnvI2C;

static void place(PnvI2C *i2c)
{
    map(0xa0000 + i2c->engine * PNV9_XSCOM_I2CM_SIZE); /* SPL302 */
    map(0xa0000 + (i2c->engine - 1) * PNV9_XSCOM_I2CM_SIZE);
}
""",
    "threads of a chip are not threads of the machine": """
typedef struct PnvChip { uint32_t chip_id; } PnvChip;
typedef struct PnvXive2 { PnvChip *chip; uint32_t ic_shift; } PnvXive2;

static void indirect(PnvChip *chip, uint64_t word)
{
    ppc_get_vcpu_by_pir(GETFIELD(PC_TCTXT_INDIR_THRDID, word) & 0xff); /* SPL109 */
    ppc_get_vcpu_by_pir(chip->chip_id << 8 | GETFIELD(PC_TCTXT_INDIR_THRDID, word));
}

static uint64_t pnv_xive2_ic_tm_indirect_read(void *opaque, hwaddr offset, unsigned size)
{
    PnvXive2 *xive = opaque;

    pnv_chip_find_cpu(xive->chip, offset >> xive->ic_shift); /* SPL109 */
    pnv_chip_find_cpu(xive->chip, xive->chip->chip_id << 8 | offset >> xive->ic_shift);
    return 0;
}
""",
    "firmware may override the block": """
typedef struct PnvChip { uint32_t chip_id; } PnvChip;
typedef struct PnvXive { PnvChip *chip; } PnvXive;

static void pnv_xive_notify(PnvXive *xive, uint32_t srcno)
{
    xive_router_notify(xive, XIVE_EAS(xive->chip->chip_id, srcno)); /* SPL109 */
    xive_router_notify(xive, XIVE_EAS(pnv_xive_block_id(xive), srcno));
}
""",
    "registers of another unit": """
typedef struct PnvXive2 { uint64_t pc_regs[8]; uint64_t tctxt_regs[8]; } PnvXive2;

static void pnv_xive2_ic_tctxt_write(void *opaque, hwaddr offset, uint64_t val, unsigned size)
{
    PnvXive2 *xive = opaque;
    uint32_t reg = offset >> 3;

    xive->pc_regs[reg] = val; /* SPL109 */
    xive->tctxt_regs[reg] = val;
}
""",
    "sockets are not filled by the CPUs present at boot": """
static void spapr_populate_cpu_dt(void *fdt, CPUState *cs, void *opts)
{
    unsigned sockets = qemu_opt_get_number(opts, "sockets", 0);
    int present = sockets ? smp_cpus / sockets : 1;

    fdt_setprop_cell(fdt, 0, "ibm,chip-id", cs->cpu_index / present); /* SPL109 */
    fdt_setprop_cell(fdt, 0, "ibm,chip-id", cs->cpu_index / (smp_threads * smp_cores));
}
""",
    # QEMU 2.11: a core's id divides by the threads, so the order is of no account.
    "a server number of a core's id": """
static void spapr_cpu_core_realize(CPUCore *cc, PowerPCCPU *cpu, sPAPRMachineState *spapr)
{
    int i;

    for (i = 0; i < cc->nr_threads; i++) {
        cpu->vcpu_id = (cc->core_id * spapr->vsmt / smp_threads) + i;
    }
    cpu->vcpu_id = cc->core_id; /* SPL104 */
}
""",
    # Until QEMU 2.9 presenters stood by CPU index in a table that the servers' bound sized.
    "a CPU index below the bound of the servers": """
typedef struct XICSState { uint32_t nr_servers; ICPState *ss; } XICSState;

static void xics_cpu_setup(XICSState *xics, CPUState *cs, PowerPCCPU *cpu)
{
    assert(cs->cpu_index < xics->nr_servers);
    assert(cpu->vcpu_id < cs->cpu_index); /* SPL301 */
}

static void xics_system_init(XICSState *xics, void *spapr)
{
    xics->nr_servers = spapr_max_server_number(spapr);
}
""",
    # QEMU 1.7: what the guest names is no CPU index, and the reverse.
    "a CPU by the guest's number": """
static target_ulong h_register_vpa(PowerPCCPU *cpu, void *spapr, target_ulong opcode,
                                   target_ulong *args)
{
    target_ulong procno = args[1];

    qemu_get_cpu(procno); /* SPL104 */
    ppc_get_vcpu_by_dt_id(procno);
    return 0;
}

static void spapr_fixup_cpu_dt(void *fdt, CPUState *cs, PowerPCCPU *cpu)
{
    uint32_t wrong[] = {5, 0, 0, 0, 0, cpu_to_be32(cs->cpu_index)}; /* SPL104 */
    uint32_t right[] = {5, 0, 0, 0, 0, cpu_to_be32(ppc_get_vcpu_dt_id(cpu))};

    fdt_setprop(fdt, 0, "ibm,associativity", wrong, sizeof(wrong));
    fdt_setprop(fdt, 0, "ibm,associativity", right, sizeof(right));
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
