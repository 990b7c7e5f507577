"""Spin in two bands: the table [two_band] of a file, and [layer.two_band] of a layer."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field, PlainValidator, model_validator

from ddgauge.model.band_values import (
    ByGenerator,
    Complex,
    Complexes,
    DensityFields,
    Dissipative,
    Hermitian,
    array,
    density,
    density_fields,
)
from ddgauge.model.couplings import ZERO, SpinOrbit
from ddgauge.model.errors import Checked, InputError, instead_of
from ddgauge.model.quantities import (
    Choice,
    Matrix,
    Number,
    Quantity,
    Switch,
    Vector,
    dissipative,
)
from ddgauge.physics import two_band
from ddgauge.physics.generators import SPIN_PSEUDOSPIN
from ddgauge.units import HBAR

EQUILIBRIA = ("boltzmann", "mass-action", "none")
T2_LIMIT = 2 * (1 + 1e-9)  # of T2 / T1, with rounding


class TwoBandOptions(Checked):
    """[two_band]: what the sixteen fields are, in all layers."""

    mode: Choice("density", "excess", plural="modes") = "density"  # the density matrix, or a deviation from equilibrium
    full_density: Quantity("1/m^3", ">= 0") = 0.0  # of electrons in a full valence band
    frame: Choice("laboratory", "rotating", plural="frames") = "laboratory"
    coherence: Choice("transported", "local", plural="choices") = "transported"  # local: it follows the bands at once


class HamiltonianFields(Checked):
    """The Hamiltonian in the fields of the source, each twice a matrix element  [Buot (49), (50)]."""

    H_c: Quantity("J") = 0.0
    H_v: Quantity("J") = 0.0
    B_cc: Vector("J") = ZERO
    B_vv: Vector("J") = ZERO
    Delta: Complex("J") = 0.0
    delta: Complexes("J") = ZERO


class Hamiltonian(Checked):
    """The Hamiltonian at a place: matrix elements, the whole matrix, or the fields of the source."""

    c: Quantity("J") | None = None  # E_c
    v: Quantity("J") | None = None  # E_v
    spin_c: Vector("J") | None = None  # half the spin splitting of c: E_c + spin_c.sigma
    spin_v: Vector("J") | None = None
    cv: Complex("J") | None = None  # between the bands, without spin and with
    spin_cv: Complexes("J") | None = None
    matrix: Hermitian("J") | None = None
    fields: HamiltonianFields | None = None

    @property
    def H(self):
        """(4, 4) J."""
        if self.matrix is not None:
            return array(self.matrix)
        if (f := self.fields) is not None:
            cv = np.append(array(f.Delta), array(f.delta))
            return two_band.hamiltonian_of_fields([f.H_c, *f.B_cc], [f.H_v, *f.B_vv], cv)
        c, v = ([energy or 0.0, *(spin or ZERO)] for energy, spin in ((self.c, self.spin_c), (self.v, self.spin_v)))
        return two_band.hamiltonian(c, v, np.append(array(self.cv or 0.0), array(self.spin_cv or ZERO)))


class BandDrive(Checked):
    """A coupling of the bands that oscillates, such as light: H_cv exp(-i w t), or H_cv 2 cos w t."""

    cv: Complex("J") = 0.0
    spin_cv: Complexes("J") = ZERO
    frequency: Quantity("Hz", "> 0") | None = None  # w / 2 pi
    energy: Quantity("J", "> 0") | None = None  # hbar w
    rotating: Switch = True  # exp(-i w t)

    @model_validator(mode="after")
    def _whole(self):
        if self.frequency is None and self.energy is None:
            raise InputError(": needs frequency (Hz) or energy (J), that of a quantum")
        if not self.elements.any():
            raise InputError(": needs cv or spin_cv (J), the matrix element between the bands")
        return self

    @property
    def elements(self):
        """(4,) H_cv,o and H_cv, J."""
        return np.append(array(self.cv), array(self.spin_cv))

    @property
    def w(self):
        """rad/s."""
        return 2 * np.pi * self.frequency if self.energy is None else self.energy / HBAR


class Fermi(Checked):
    """Equilibrium of levels that hold one electron each."""

    states: Quantity("1/m^3", "> 0")  # density of each of the four levels
    chemical_potential: Quantity("J")


class BandState(Checked):
    """A state of two bands at one place: its fields, its occupations, its density matrix, or that of equilibrium."""

    fields: DensityFields("1/m^3") | None = None
    occupations: Annotated[Any, PlainValidator(lambda value: _four(value, Number("1/m^3")))] | None = None
    matrix: Hermitian("1/m^3") | None = None
    neutral: Switch | None = None  # equilibrium of the layer at its doping
    spin_polarisation: Vector("") | None = None  # of the electrons of c, beside neutral

    @model_validator(mode="after")
    def _one(self):
        if self.fields is None and self.occupations is None and self.matrix is None and not self.neutral:
            raise InputError(": needs fields, occupations, matrix (1/m^3) or neutral = true")
        if self.spin_polarisation is not None and not self.neutral:
            raise InputError("spin_polarisation stands beside neutral = true, the state that it polarises")
        if self.spin_polarisation is not None and (P := float(np.linalg.norm(self.spin_polarisation))) > 1:
            raise InputError(f"spin_polarisation has the length {P:g}, must be <= 1")
        return self

    @property
    def S(self):
        """(16,) fields, 1/m^3; None for a neutral state, which depends on the layer."""
        if self.fields is not None:
            return density(self.fields)
        if self.occupations is not None:
            return SPIN_PSEUDOSPIN.fields(np.diag(self.occupations).astype(complex))
        return None if self.matrix is None else SPIN_PSEUDOSPIN.fields(array(self.matrix))


def _four(value, number, of="c up, c down, v up, v down"):
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise ValueError(f" = {value!r}, must be four numbers in {number.unit}, of {of}")
    found = []
    for i, x in enumerate(value):
        try:
            found.append(number(x))
        except ValueError as error:
            raise ValueError(f"[{i}]{error}") from None
    return tuple(found)


def _one_or_four(value):
    number = Number("s", "> 0")
    if isinstance(value, list | tuple | np.ndarray):
        return _four(value, number, of="cv_o, cv_x, cv_y, cv_z")
    return number(value)


def _equilibrium(value):
    if not isinstance(value, str):
        return density_fields(value, Number("1/m^3"))
    if value not in EQUILIBRIA:
        raise ValueError(f" = {instead_of(value, EQUILIBRIA, 'choices')}, or a table of fields (1/m^3)")
    return value


class TwoBand(Checked):
    """[layer.two_band]: spin in a conduction band c and a valence band v  [Buot]."""

    hamiltonian: Hamiltonian = Hamiltonian()
    g_factor_c: Quantity("") = 0.0  # B_cc = g mu_B B: precession of the spins of c in the field
    g_factor_v: Quantity("") = 0.0
    drive: BandDrive | None = None
    diffusion_c: Quantity("m^2/s", ">= 0") | None = None
    diffusion_v: Quantity("m^2/s", ">= 0") | None = None
    diffusion_cv: Quantity("m^2/s", ">= 0") | None = None  # of the coherence; their mean
    velocities: Choice("along", "opposite", plural="choices") | None = None  # of the bands, from which that follows
    diffusion: Hermitian("m^2/s", positive=True) | None = None  # or a matrix: J_i = -{D, d_i N} / 2
    mobility_c: Quantity("m^2/V/s", ">= 0") | None = None  # of electrons
    mobility_v: Quantity("m^2/V/s", ">= 0") | None = None  # of holes
    gauge: ByGenerator("1/m") | None = None
    gauge_c: Matrix("1/m") | None = None  # q[i][b] of the spins of a band, rows flow, columns spin axes
    gauge_v: Matrix("1/m") | None = None
    spin_orbit_c: SpinOrbit | None = None
    spin_orbit_v: SpinOrbit | None = None
    velocity: ByGenerator("m/s") | None = None  # of couplings without a mass: J_i = {V_i, N} / 2
    T1: Quantity("s", "> 0") | None = None  # of n_c - n_v
    T2: Annotated[Any, PlainValidator(_one_or_four), Number("s")] | None = (
        None  # of the coherence, or of its o, x, y, z
    )
    spin_time_c: Quantity("s", "> 0") | None = None
    spin_time_v: Quantity("s", "> 0") | None = None
    spin_rate_c: Matrix("1/s", read=dissipative) | None = None
    spin_rate_v: Matrix("1/s", read=dissipative) | None = None
    relaxation: Dissipative("1/s", conserving=True) | None = None  # R between all fields, in the order oo to zz
    equilibrium: Annotated[Any, PlainValidator(_equilibrium), Number("1/m^3")] | None = None
    fermi: Fermi | None = None
    intrinsic_density: Quantity("1/m^3", "> 0") | None = None  # n_i of mass action
    generation: DensityFields("1/(m^3 s)") = Field(default_factory=dict)
    donors: Quantity("1/m^3", ">= 0") = 0.0
    acceptors: Quantity("1/m^3", ">= 0") = 0.0
    initial: BandState | None = None  # at the start of [time]

    @model_validator(mode="after")
    def _times(self):
        if self.T1 is not None and self.T2 is not None:
            for a, T2 in zip("oxyz", np.broadcast_to(self.T2, 4), strict=True):
                if T2 > T2_LIMIT * self.T1:
                    which = "" if isinstance(self.T2, float) else f" of cv_{a}"
                    raise InputError(
                        f"T2 = {T2:g} s{which}, must be <= 2 T1 = {2 * self.T1:g} s:"
                        " what takes occupation takes coherence"
                    )
        return self

    @property
    def relaxes(self):
        """Whether anything relaxes."""
        keys = ("T1", "T2", "spin_time_c", "spin_time_v", "spin_rate_c", "spin_rate_v", "relaxation")
        return any(getattr(self, key) is not None for key in keys)
