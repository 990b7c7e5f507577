"""What is shown of two bands at points: all fields and their flows, and what a physicist reads off them."""

import numpy as np

from ddgauge.model.band_laws import band_laws
from ddgauge.physics.generators import NAMES
from ddgauge.physics.two_band import TO_BLOCKS, lowest_occupation
from ddgauge.post.bands import carriers, full, polarisations, pseudospin_angle
from ddgauge.units import E_CHARGE

DENSITY, FLOW = " (1/m^3)", " (1/(m^2 s))"


def fields(case, solution, time):
    """The fields of two bands, as of post.fields.fields: by pseudospin and spin, and by blocks."""
    laws, excess = band_laws(case), case.stack.two_band.mode == "excess"

    def at(sample):
        law = laws[sample.layer]
        X, J = law.n_ref * sample.mu[:, :16], law.n_ref * sample.j[:, :, :16]
        S = full(X, law.full_density)
        cc, vv, re, im = np.moveaxis((S @ TO_BLOCKS.T).reshape(-1, 4, 4), 1, 0)
        J_c, J_v, _, _ = np.moveaxis((J @ TO_BLOCKS.T).reshape(-1, 3, 4, 4), 2, 0)
        found = {f"{name}{DENSITY}": values for name, values in carriers(X, law.full_density).items()}
        found |= {f"S_{band}{DENSITY}": values[:, 1:] for band, values in (("cc", cc), ("vv", vv))}
        for part, values in (("real", re), ("imaginary", im)):
            found |= {f"S_cv_o {part}{DENSITY}": values[:, 0], f"S_cv {part}{DENSITY}": values[:, 1:]}
        found |= {f"S_{name}{DENSITY}": S[:, A] for A, name in enumerate(NAMES)}
        if not excess:
            found |= {f"P_{band} (1)": P for band, P in polarisations(X, law.full_density).items()}
            if not law.full_density:
                found["pseudospin_angle (rad)"] = pseudospin_angle(S)
            found["lowest_occupation (1)"] = lowest_occupation(S) / np.where(S[:, 0] > 0, S[:, 0], np.inf)
        if law.poisson:
            found |= {"phi (V)": sample.mu[:, 16], "rho (C/m^3)": -E_CHARGE * (X[:, 0] - law.c.doping)}
        found["j (A/m^2)"] = -E_CHARGE * J[:, :, 0]
        found |= {f"J_{band}{FLOW}": J_b[:, :, 0] for band, J_b in (("c", J_c), ("v", J_v))}
        found |= {f"J_{band} spin{FLOW}": J_b[:, :, 1:] for band, J_b in (("c", J_c), ("v", J_v))}
        return found | {f"J_{name}{FLOW}": J[:, :, A] for A, name in enumerate(NAMES)}

    return at


def on_plane(case, plane):
    """What a map shows of a raster of fem.sample: densities {symbol: (rows, columns)}, 1/m^3, and electrons' flow."""
    law = next(iter(band_laws(case).values()))  # units are those of the body
    X = law.n_ref * plane["mu"][..., :16]
    (_, n_c), (_, other), *_ = carriers(X, law.full_density).items()
    spins = (X @ TO_BLOCKS.T)[..., 1:4]
    sizes = np.nanmax(np.abs(spins), axis=(0, 1))
    a = int(sizes.argmax())
    shown = {"$n_c$": n_c, "$p$" if law.full_density else "$n_v$": other}
    if sizes[a] > 0:
        shown[f"$S_{{cc,{'xyz'[a]}}}$"] = spins[..., a]
    return shown, law.n_ref * plane["j"][..., 0]
