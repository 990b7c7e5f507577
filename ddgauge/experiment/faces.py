"""What is reported of every experiment: voltages, currents and spin at faces and interfaces."""

import numpy as np

from ddgauge.model import Contact, Floating

CURRENT = {1: "A/m^2", 2: "A/m", 3: "A"}  # by the dimension of the mesh, which is per area or per length
RESISTANCE = {1: "ohm m^2", 2: "ohm m", 3: "ohm"}


def charge_at_faces(solution, leads):
    """Voltages, and currents out, of all faces; of a contact with a resistance the voltage is that of its lead."""
    voltage, current = {}, {}
    for name in solution.mesh.faces:
        voltage[name] = leads[name] if name in leads else float(solution.potential(name)[0])
        current[name] = float(solution.current(name)[0])
    unit = CURRENT[solution.mesh.dimension]
    return {"voltage": voltage | {"units": {"*": "V"}}, "current": current | {"units": {"*": unit}}}


def between_contacts(numbers, stack):
    """{"voltage_difference": {"a|b": V_a - V_b}} of all pairs of contacts, floating ones among them; {} without."""
    contacts = [name for name, b in stack.boundary.items() if isinstance(b, Contact | Floating)]
    pairs = [(a, b) for k, a in enumerate(contacts) for b in contacts[k + 1 :]]
    found = {f"{a}|{b}": numbers["voltage"][a] - numbers["voltage"][b] for a, b in pairs}
    return {"voltage_difference": found | {"units": {"*": "V"}}} if found else {}


def resistance(numbers, stack, dimension):
    """{"resistance": {"a|b": ohm}} if a current flows between two contacts and nothing else drives; otherwise {}."""
    contacts = [name for name, boundary in stack.boundary.items() if boundary.carries_charge]
    voltage, current = numbers["voltage"], numbers["current"]
    driven = stack.electric_field.any() or any(stack.motive_force(name) for name in stack.names)
    if len(contacts) != 2 or driven or not all(abs(current[name]) > 0 for name in contacts):
        return {}
    a, b = contacts
    exact = min(contacts, key=lambda name: abs(voltage[name]))  # rounding grows with the potential of a contact
    ohms = (voltage[a] - voltage[b]) / (current[b] if exact == b else -current[a])
    return {"resistance": {f"{a}|{b}": ohms, "units": {"*": RESISTANCE[dimension]}}}


def axial_at_faces(solution):
    """The imbalance of Weyl nodes at faces, A = (V_R - V_L)/2, and what of j_R - j_L diffuses out of them."""
    mesh, n = solution.mesh, 1
    current = {name: float(solution.current(name)[n] / solution.area(name)) for name in mesh.faces}
    voltage = {name: float(solution.potential(name)[n]) for name in mesh.faces}
    return {
        "axial_current": current | {"units": {"*": "A/m^2"}},
        "axial_voltage": voltage | {"units": {"*": "V"}},
    }


def beside_charge(case, solution):
    """What is reported at faces of the fields beside that of charge."""
    return BESIDE.get(case.experiment, spin_at_faces)(solution)


def spin_at_faces(solution):
    """Spin current densities along the normal out of, and spin voltages at, faces and interfaces.

    Of three components in the spin model, a number in the two-current model.
    """
    mesh, spin = solution.mesh, slice(1, 4) if solution.system.n == 4 else 1
    current, accumulation = {}, {}
    for name in mesh.faces:
        current[name] = solution.current(name)[spin] / solution.area(name)
        accumulation[name] = 2 * solution.potential(name)[spin]
    for below, above in mesh.interfaces:
        key, area = f"{below}|{above}", solution.interface_area(below, above)
        current[key] = solution.interface_current(below, above)[spin] / area
        sides = [2 * solution.interface_potential(below, above, side)[spin] for side in (0, 1)]
        accumulation[key] = sides[0] if (below, above) not in solution.system.junctions else np.array(sides)
    return {
        "spin_current": current | {"units": {"*": "A/m^2"}},
        "accumulation": accumulation | {"units": {"*": "V"}},
    }


BESIDE = {"weyl": axial_at_faces}  # of experiments without spin
