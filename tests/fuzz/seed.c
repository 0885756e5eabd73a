/* Shapes of code as the sPAPR machine has them, to be damaged by the fuzz tests. */
#include "qemu/osdep.h"
#include "hw/ppc/spapr.h"

#define SEED_TWICE(n) ((n) * 2)

typedef struct SeedState {
    SpaprMachineState *spapr;
    uint32_t nr_servers;
    uint32_t cells[4];
    int (*claim)(SpaprXive *xive, int lisn, bool lsi, Error **errp);
} SeedState;

static const char *const seed_names[] = { "ipi", "lisn", [3] = "end" };

static int seed_each(CPUState *cs, void *opaque)
{
    SeedState *s = opaque;
    uint32_t id = spapr_get_vcpu_id(POWERPC_CPU(cs));

    switch (id & 7) {
    case 0:
    case 1:
        s->cells[0] = cpu_to_be32(id);
        break;
    default:
        return -EINVAL;
    }
    return s->claim(s->spapr->xive, SPAPR_IRQ_IPI + id, false, &error_fatal);
}

static void seed_dt(SeedState *s, void *fdt, int node)
{
    uint32_t ranges[] = {
        cpu_to_be32(SPAPR_IRQ_IPI),
        cpu_to_be32(SPAPR_IRQ_IPI + s->nr_servers),
    };
    int i, last = 0;

    for (i = 0; i < s->nr_servers; ++i) {
        if (i == SEED_TWICE(last) || !seed_names[i % 4]) {
            continue;
        }
        last = i > 4 ? i : last + 1;
        do {
            last--;
        } while (last > 9);
    }
    if (fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", ranges, sizeof(ranges)) < 0) {
        goto out;
    }
out:
    g_free(fdt);
}

static void seed_init(SpaprMachineState *spapr)
{
    SeedState state = {
        .spapr = spapr,
        .nr_servers = spapr_max_server_number(spapr),
        .claim = spapr_xive_claim_irq,
    };
    CPUState *cs;

    CPU_FOREACH(cs) {
        run_on_cpu(cs, seed_work, RUN_ON_CPU_HOST_PTR(&state));
        seed_each(cs, &state);
    }
    qdev_prop_set_uint32(DEVICE(spapr->xive), "nr-ends", state.nr_servers << 3);
    seed_dt(&state, spapr->fdt_blob, 0);
}
