"""What happens at an outer face: the keys of [boundary.NAME]."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from ddgauge.model.channels import PerSpin
from ddgauge.model.errors import Checked, InputError, from_library
from ddgauge.model.quantities import AREAL, Choice, Conductance, Matrix, Quantity, ScalarOr, Text, vector
from ddgauge.physics import interface
from ddgauge.physics.medium import Face

ZERO = (0.0, 0.0, 0.0)
SPIN = slice(1, 4)  # fields mu^x, mu^y, mu^z; field 0 is the charge's mu^0


class Conductances(Checked):
    """Loss of spin, S/m^2 on mu_s: j.n = G_s mu_s - G_r m x (m x mu_s) - G_i m x mu_s  [Z23 (40)]."""

    material: Text | None = None  # an interface of the library, "Pt|YIG"; it gives what is not given here
    G_s: Conductance(">= 0") | None = None
    G_r: Conductance(">= 0") | None = None
    G_i: Conductance() | None = None
    matrix: Matrix("S/m^2", also=AREAL) | None = None  # any other law: j.n = matrix mu_s

    @classmethod
    def prepare(cls, given):
        if not isinstance(given.get("material"), str):
            return given
        from ddgauge.model import materials

        return from_library(materials.interface_keys, given)

    @model_validator(mode="after")
    def _something(self):
        if all(getattr(self, key) is None for key in ("G_s", "G_r", "G_i", "matrix")):
            raise InputError(": needs G_s, G_r, G_i (S/m^2), a matrix or a material")
        return self

    @property
    def magnetic(self):
        """The key that needs a magnetisation, if there is one."""
        return next((key for key in ("G_r", "G_i") if getattr(self, key)), "")

    @property
    def absorbs(self):
        """Whether spin can be lost here."""
        return bool(self.G_s or self.G_r or np.any(self.matrix or 0))

    def on_mu_s(self, m):
        """(3, 3) outward spin current density per spin voltage, S/m^2."""
        if self.matrix is not None:
            return np.array(self.matrix)
        return interface.sheet(self.G_s or 0.0, self.G_r or 0.0, self.G_i or 0.0, np.zeros(3) if m is None else m)


class Boundary(Checked):
    """What happens at an outer face."""

    kind: str
    carries_charge: ClassVar[bool] = False  # whether a net charge can enter or leave
    equipotential: ClassVar[bool] = False  # whether all of the face is at one potential, which is not given
    total_current: ClassVar[float | None] = None  # A into the body, where that is given instead of a density
    magnetic: ClassVar[str] = ""
    absorbs: ClassVar[bool] = False

    def face(self, m, t=0.0):
        """The physics.medium.Face of four fields under the magnetisation m, at a time in s."""
        return Face(np.zeros((4, 4)), np.zeros(4))

    def channel_face(self):
        """The physics.medium.Face of mu^0 and mu of the two-current model."""
        return Face(np.zeros((2, 2)), np.zeros(2))


class Insulating(Boundary):
    """No current of charge or spin."""

    kind: Literal["insulating"] = "insulating"
    arc_velocity: Quantity("m/s", ">= 0") | None = None  # of a Weyl metal: its surface states mix the nodes


class Sink(Boundary):
    """No spin accumulation, no charge current."""

    kind: Literal["sink"] = "sink"
    absorbs: ClassVar[bool] = True

    def face(self, m, t=0.0):
        return Face(np.zeros((4, 4)), np.zeros(4), {1: 0.0, 2: 0.0, 3: 0.0})

    def channel_face(self):
        return Face(np.zeros((2, 2)), np.zeros(2), {1: 0.0})


class Precession(Checked):
    """A magnetisation on a cone about [magnetisation], counter-clockwise seen against it."""

    cone: Quantity("degree", "between 0 and 180")  # between the magnetisation and its axis
    frequency: Quantity("Hz", "!= 0")  # turns per time; clockwise if negative

    def moment(self, axis, t):
        """Unit vector along the magnetisation at a time (s), and its time derivative (1/s)."""
        e1 = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
        e1 /= np.linalg.norm(e1)
        e2, omega = np.cross(axis, e1), 2 * np.pi * self.frequency
        c, s = np.cos(np.radians(self.cone)), np.sin(np.radians(self.cone))
        m = c * axis + s * (np.cos(omega * t) * e1 + np.sin(omega * t) * e2)
        return m, s * omega * (np.cos(omega * t) * e2 - np.sin(omega * t) * e1)


class Sheet(Conductances, Boundary):
    """Spin is lost through a conductance, as to an insulating magnet; no charge current."""

    kind: Literal["sheet"] = "sheet"
    precession: Precession | None = None  # of the magnet, which pumps spin

    @model_validator(mode="after")
    def _mixing(self):
        if self.precession and not self.magnetic:
            raise InputError("precession needs G_r or G_i (S/m^2), through which a magnet pumps spin")
        return self

    def face(self, m, t=0.0):
        conductance, source = np.zeros((4, 4)), np.zeros(4)
        if self.precession:
            m, m_t = self.precession.moment(m, t)
            mixing = interface.sheet(0.0, self.G_r or 0.0, self.G_i or 0.0, m)  # a sink does not pump
            source[SPIN] = mixing @ interface.pumped_spin_voltage(m, m_t)
        conductance[SPIN, SPIN] = 2 * self.on_mu_s(m)  # mu_s = 2 mu
        return Face(conductance, source)

    def channel_face(self):
        return Face(np.diag([0.0, 2 * (self.G_s or 0.0)]), np.zeros(2))


class Electrode(Boundary):
    """Metal on a face: spin is absorbed by it, or free: no spin current into it."""

    spin: Choice("absorbed", "free", plural="choices") = "absorbed"

    @property
    def absorbs(self):
        """Whether spin can be lost here."""
        return self.spin == "absorbed"


class Contact(Electrode):
    """A voltage is held, or a current driven through a face of one potential."""

    kind: Literal["contact"] = "contact"
    voltage: Quantity("V") | None = None
    current: Quantity("A") | None = None  # into the body, in three dimensions
    current_density: Quantity("A/m^2") | None = None  # into the body, mean over the face
    conductance: PerSpin("S/m^2", ">= 0", AREAL, alone=False) | None = None  # to the lead, which is at the voltage
    carries_charge: ClassVar[bool] = True

    @model_validator(mode="after")
    def _driven(self):
        if self.equipotential and self.current is None and self.current_density is None:
            raise InputError(": needs voltage (V), current_density (A/m^2) or, in 3 dimensions, current (A)")
        if self.conductance is None:
            return self
        if self.voltage is None:
            raise InputError("conductance needs voltage (V), that of the lead")
        if self.spin == "free":
            raise InputError("conductance does not go with spin = 'free': spin passes through it")
        if not any(self.conductance):
            raise InputError("conductance is zero for both spins; one of them must be > 0, or kind = 'insulating'")
        return self

    @property
    def equipotential(self):
        """Whether all of the face is at one potential, which is not given."""
        return self.voltage is None

    @property
    def total_current(self):
        """A into the body, where that is given instead of a density."""
        return self.current

    def face(self, m, t=0.0):
        held = {} if self.equipotential else {0: self.voltage}
        held |= {1: 0.0, 2: 0.0, 3: 0.0} if self.spin == "absorbed" else {}
        return Face(np.zeros((4, 4)), np.array([self.current_density or 0.0, 0, 0, 0]), held)

    def channel_face(self):
        if self.conductance is not None:
            G = interface.channel_contact(*self.conductance)
            return Face(G, G @ [self.voltage, 0.0])
        held = {} if self.equipotential else {0: self.voltage}
        held |= {1: 0.0} if self.spin == "absorbed" else {}
        return Face(np.zeros((2, 2)), np.array([self.current_density or 0.0, 0.0]), held)


class Floating(Electrode):
    """A contact that is connected to nothing: one potential, no net current; its voltage is a result."""

    kind: Literal["floating"] = "floating"
    equipotential: ClassVar[bool] = True

    def face(self, m, t=0.0):
        held = {1: 0.0, 2: 0.0, 3: 0.0} if self.spin == "absorbed" else {}
        return Face(np.zeros((4, 4)), np.zeros(4), held)

    def channel_face(self):
        return Face(np.zeros((2, 2)), np.zeros(2), {1: 0.0} if self.spin == "absorbed" else {})


class Current(Boundary):
    """A current density into the body, normal to the face."""

    kind: Literal["current"] = "current"
    current_density: Quantity("A/m^2") = 0.0
    spin_current: ScalarOr("A/m^2", vector) = ZERO  # of spin along x, y, z; a number in the two-current model

    @property
    def carries_charge(self):
        """Whether charge can pass."""
        return self.current_density != 0

    def face(self, m, t=0.0):
        return Face(np.zeros((4, 4)), np.array([self.current_density, *self.spin_current]))

    def channel_face(self):
        spin = self.spin_current if isinstance(self.spin_current, float) else 0.0
        return Face(np.zeros((2, 2)), np.array([self.current_density, spin]))
