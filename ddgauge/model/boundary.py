"""What happens at an outer face, and between two layers: the keys of [boundary.NAME] and [interface."below|above"]."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, SerializeAsAny, model_validator

from ddgauge.model.errors import Checked, InputError, from_library, instead_of, show
from ddgauge.model.quantities import AREAL, Choice, Conductance, Matrix, Quantity, ScalarOr, Text, Vector, matrix
from ddgauge.physics import interface
from ddgauge.physics.medium import Face, Junction

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
    carries_charge: ClassVar[bool] = False  # whether charge can enter or leave
    magnetic: ClassVar[str] = ""
    absorbs: ClassVar[bool] = False

    def face(self, m):
        """The physics.medium.Face of four fields under the magnetisation m."""
        return Face(np.zeros((4, 4)), np.zeros(4))


class Insulating(Boundary):
    """No current of charge or spin."""

    kind: Literal["insulating"] = "insulating"


class Sink(Boundary):
    """No spin accumulation, no charge current."""

    kind: Literal["sink"] = "sink"
    absorbs: ClassVar[bool] = True

    def face(self, m):
        return Face(np.zeros((4, 4)), np.zeros(4), {1: 0.0, 2: 0.0, 3: 0.0})


class Sheet(Conductances, Boundary):
    """Spin is lost through a conductance, as to an insulating magnet; no charge current."""

    kind: Literal["sheet"] = "sheet"

    def face(self, m):
        conductance = np.zeros((4, 4))
        conductance[SPIN, SPIN] = 2 * self.on_mu_s(m)  # mu_s = 2 mu
        return Face(conductance, np.zeros(4))


class Contact(Boundary):
    """A voltage is held; spin is absorbed by the lead, or free: no spin current into it."""

    kind: Literal["contact"] = "contact"
    voltage: Quantity("V")
    spin: Choice("absorbed", "free", plural="choices") = "absorbed"
    carries_charge: ClassVar[bool] = True

    @property
    def absorbs(self):
        """Whether spin can be lost here."""
        return self.spin == "absorbed"

    def face(self, m):
        held = {0: self.voltage} | ({1: 0.0, 2: 0.0, 3: 0.0} if self.spin == "absorbed" else {})
        return Face(np.zeros((4, 4)), np.zeros(4), held)


class Current(Boundary):
    """A current density into the body, normal to the face."""

    kind: Literal["current"] = "current"
    current_density: Quantity("A/m^2") = 0.0
    spin_current: Vector("A/m^2") = (0.0, 0.0, 0.0)  # of spin along x, y, z

    @property
    def carries_charge(self):
        """Whether charge can pass."""
        return self.current_density != 0

    def face(self, m):
        return Face(np.zeros((4, 4)), np.array([self.current_density, *self.spin_current]))


KINDS = {"insulating": Insulating, "sink": Sink, "sheet": Sheet, "contact": Contact, "current": Current}


def _boundary(value):
    if isinstance(value, Boundary):
        return value
    if not isinstance(value, dict):
        raise ValueError(f" = {show(value)}, must be a table such as {{kind = 'sink'}}")
    if "kind" not in value:
        raise ValueError(f": needs kind; kinds: {', '.join(KINDS)}")
    if value["kind"] not in list(KINDS):
        raise ValueError(f".kind = {instead_of(value['kind'], KINDS, 'kinds')}")
    return KINDS[value["kind"]](**value)


AnyBoundary = Annotated[SerializeAsAny[Boundary], BeforeValidator(_boundary)]


class Thin(Checked):
    """A layer too thin to mesh, in which spin relaxes  [Rojas14]."""

    thickness: Quantity("m", "> 0")
    conductivity: Quantity("S/m", "> 0")
    spin_diffusion_length: Quantity("m", "> 0")


class Interface(Checked):
    """An interface with potentials that jump; at an interface without this table they are continuous.

    The current out of the layer below is transmission (mu_s below - mu_s above) + absorption mu_s below; so for above.
    """

    transmission: ScalarOr("S/m^2", matrix, ">= 0", AREAL) | None = None  # of spin, on the jump of mu_s
    conductance: Quantity("S/m^2", ">= 0", AREAL) | None = (
        None  # of charge, on the jump of mu^0; without it none passes
    )
    absorption: Conductances | None = None  # on each side
    absorption_below: Conductances | None = None
    absorption_above: Conductances | None = None
    thin: Thin | None = None  # transmission, conductance and absorption of a thin layer

    @model_validator(mode="after")
    def _something(self):
        if self.transmission is None and self.thin is None:
            raise InputError(": needs transmission (S/m^2 on mu_s, 0 where spin does not pass), or thin")
        return self

    @property
    def sheets(self):
        """Absorption below and above."""
        return self.absorption or self.absorption_below, self.absorption or self.absorption_above

    @property
    def magnetic(self):
        """The key that needs a magnetisation, if there is one."""
        return next((sheet.magnetic for sheet in self.sheets if sheet and sheet.magnetic), "")

    @property
    def absorbs(self):
        """Whether spin can be lost here."""
        return bool(self.thin) or any(sheet.absorbs for sheet in self.sheets if sheet)

    @property
    def carries_charge(self):
        """Whether charge can pass."""
        return bool(self.thin or self.conductance)

    def junction(self, m):
        """The physics.medium.Junction of four fields under the magnetisation m."""
        if self.thin:
            sigma, ell, t = self.thin.conductivity, self.thin.spin_diffusion_length, self.thin.thickness
            transmission, absorption = (G * np.eye(3) for G in interface.thin_interlayer(sigma, ell, t))
            charge, absorptions = sigma / t, (absorption, absorption)
        else:
            transmission = (
                np.eye(3) * self.transmission if np.ndim(self.transmission) == 0 else np.array(self.transmission)
            )
            charge = self.conductance or 0.0
            absorptions = [sheet.on_mu_s(m) if sheet else np.zeros((3, 3)) for sheet in self.sheets]
        jump = np.zeros((4, 4))
        jump[0, 0] = charge
        jump[SPIN, SPIN] = 2 * transmission  # mu_s = 2 mu
        G = np.einsum("st,AB->sAtB", [[1, -1], [-1, 1]], jump)
        for side in 0, 1:
            G[side, SPIN, side, SPIN] += 2 * absorptions[side]
        return Junction(G)
