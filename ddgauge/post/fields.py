"""What is shown of a solution at points: named fields with their units, of each model."""

import numpy as np

from ddgauge.physics import two_current
from ddgauge.post import band_fields

AXES = "xyz"
ACCUMULATION = {
    "neutral": two_current.accumulation_neutral,
    "bare": two_current.accumulation_bare,
    "poisson": two_current.accumulation_poisson,
}


def fields(case, solution, time=0.0):
    """What is shown of a solution at a time (s).

    Returns
    -------
    function of a fem.sample.Sample
        Name with unit -> (N,) numbers, (N, 3) vectors, or (N, 3, 3): flow, then spin.
    """
    return SHOWN.get(case.experiment, _spin_model)(case, solution, time)


def _two_current(case, solution, time):
    stack, electrostatics = case.stack, case.electrostatics
    nu = {name: stack[name].two_current().nu for name in stack.names}
    known = all(each is not None for each in nu.values())

    def at(sample):
        mu_0, mu = sample.mu[:, 0], sample.mu[:, 1]
        found = {"V_up (V)": mu_0 + mu, "V_down (V)": mu_0 - mu, "mu_s (V)": 2 * mu}
        if electrostatics == "poisson":
            found["phi (V)"] = sample.mu[:, 2]
        found |= {"j (A/m^2)": sample.j[:, :, 0], "j spin (A/m^2)": sample.j[:, :, 1]}
        if known:
            rho = ACCUMULATION[electrostatics](sample.mu, nu[sample.layer])
            found |= {"rho_up (C/m^3)": rho[:, 0], "rho_down (C/m^3)": rho[:, 1]}
        if solution.motive:
            found["E_smf (V/m)"] = _motive_force(solution, sample)
        if stack.texture is not None:
            found["m"] = _magnetisation(stack, sample, time)
        return found

    return at


def vectors(found):
    """The same as numbers and vectors: of a current of three spins "j spin x (A/m^2)" and so on."""
    split = {}
    for name, values in found.items():
        if values.ndim < 3:
            split[name] = values
        else:
            head, unit = _parted(name)
            split |= {f"{head} {a}{unit}": values[:, :, k] for k, a in enumerate(AXES)}
    return split


def columns(found):
    """The same as numbers: "mu_s x (V)", "j x (A/m^2)", and of a current of three spins "j x spin y (A/m^2)"."""
    split = {}
    for name, values in found.items():
        (head, unit), rank = _parted(name), values.ndim - 1
        symbol, _, rest = head.partition(" ")
        for index in np.ndindex(values.shape[1:]):
            words = [symbol, *(AXES[i] for i in index[:1]), *rest.split(), *(AXES[i] for i in index[1:])]
            split[" ".join(words) + unit] = values[(..., *index)] if rank else values
    return split


def along(case, solution, profile, time=0.0):
    """{name with unit: (k,) values} along a profile of fem.sample: its places, its layers, and what is shown there."""
    shown = fields(case, solution, time)
    found = [columns(shown(sample)) for sample in profile["samples"]]
    table = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    return {"z (m)": profile["z"], "layer": profile["layer"]} | table


def _spin_model(case, solution, time):
    return lambda sample: {
        "mu_0 (V)": sample.mu[:, 0],
        "mu_s (V)": 2 * sample.mu[:, 1:],
        "j (A/m^2)": sample.j[:, :, 0],
        "j spin (A/m^2)": sample.j[:, :, 1:],
    }


def _weyl(case, solution, time):
    def at(sample):
        S, A = sample.mu.T
        return {
            "S (V)": S,
            "A (V)": A,
            "V_R (V)": S + A,
            "V_L (V)": S - A,
            "j (A/m^2)": sample.j[:, :, 0],
            "j axial (A/m^2)": sample.j[:, :, 1],
        }

    return at


def _motive_force(solution, sample):
    """(N, 3) spin motive force, V/m; none in layers without a texture."""
    if sample.layer not in solution.motive:
        return np.zeros((len(sample.mu), 3))
    return solution.motive[sample.layer](sample.x)[..., 1]


def _magnetisation(stack, sample, time):
    """(N, 3) unit vector along the magnetisation, which is against the spin of the majority; zero in other layers."""
    if sample.layer not in stack.textured:
        return np.zeros((len(sample.mu), 3))
    return -stack.texture.texture(sample.x, time)


def _parted(name):
    """A name, and its unit with the blank before it."""
    head, bracket, unit = name.partition(" (")
    return head, bracket + unit


# of experiments with other fields than the spin model
SHOWN = {"two-current": _two_current, "weyl": _weyl, "two-band": band_fields.fields}
