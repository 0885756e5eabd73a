import cycle_a


def step(n, x):
    return cycle_a.last(n, x)
