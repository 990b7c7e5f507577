"""Laws of many layers at once are those of each layer."""

import numpy as np
import pytest

from ddgauge.physics.closure import coupling, response
from ddgauge.physics.interface import loss_tensors, magnetic_tensors, sheet
from ddgauge.physics.medium import spin_medium
from ddgauge.physics.perturbative import decay_matrix, lattice_response, magnetic_response

COUNT = 5
RNG = np.random.default_rng(0)
ROOT = RNG.normal(size=(COUNT, 3, 3))
GIVEN = {
    "sigma": RNG.uniform(1e6, 5e6, COUNT),
    "D": RNG.uniform(1e-4, 1e-3, COUNT),
    "R": 1e14 * (ROOT @ np.swapaxes(ROOT, 1, 2) + np.eye(3)),
    "omega": 1e14 * RNG.normal(size=(COUNT, 3)),
    "q": 1e8 * RNG.normal(size=(COUNT, 3, 3)),
    "kappa": RNG.normal(size=(COUNT, 3)),
    "theta0": RNG.normal(size=(COUNT, 3)),
    "thetaC": RNG.normal(size=(COUNT, 3, 3)),
    "thetaL": RNG.normal(size=(COUNT, 3)),
    "G": 1e14 * RNG.normal(size=(COUNT, 3, 3)),
    "g": 1e14 * RNG.uniform(size=(3, COUNT)).T,
    "m": ROOT[:, 0] / np.linalg.norm(ROOT[:, 0], axis=1, keepdims=True),
}
LAWS = {
    "coupling": lambda c: coupling(c["theta0"], c["thetaC"], c["thetaL"]),
    "one Hall vector": lambda c: response(coupling(c["theta0"])),
    "response": lambda c: response(coupling(c["theta0"], c["thetaC"], c["thetaL"])),
    "medium": lambda c: vars(
        spin_medium(c["sigma"], c["D"], c["R"], c["omega"], c["q"], LAWS["response"](c), c["kappa"])
    ),
    "sheet": lambda c: sheet(*np.moveaxis(c["g"], -1, 0), c["m"]),
    "magnetic tensors": lambda c: magnetic_tensors(c["G"], c["m"]),
    "loss tensors": lambda c: loss_tensors(c["G"]),
    "decay": lambda c: decay_matrix(c["D"], c["R"]),
    "moments": lambda c: magnetic_response(c["sigma"], c["D"], LAWS["decay"](c), c["R"], c["omega"]),
    "lattice": lambda c: lattice_response(
        c["sigma"], c["D"], LAWS["decay"](c), c["R"], c["q"], LAWS["response"](c), (0, 0, -1)
    ),
}


@pytest.mark.parametrize("name", LAWS)
def test_many_at_once_are_one_after_the_other(name):
    together = LAWS[name](GIVEN)
    for n in range(COUNT):
        alone = LAWS[name]({key: values[n] for key, values in GIVEN.items()})
        pairs = [(together[key], alone[key]) for key in alone] if isinstance(alone, dict) else [(together, alone)]
        for many, one in pairs:
            np.testing.assert_allclose(many[n], one, rtol=1e-12, atol=1e-12 * np.abs(one).max())
