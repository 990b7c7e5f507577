"""What `ddgauge check` and `ddgauge materials` print."""

import numpy as np
from rich.console import Console
from rich.table import Table

from ddgauge.model import checks
from ddgauge.physics import band_transport, gauge


def _console():
    return Console(width=None if Console().is_terminal else 160, highlight=False)


def report(case):
    """Lengths of each layer, and the size of cells against them; of a tunnel junction what it is."""
    if case.experiment == "tunnel":
        show_junction(case)
        return
    from ddgauge.model.plan import through

    lengths = checks.lengths(case.stack, case.electrostatics)
    console = _console()
    sizes = {} if case.mesh.file else through(case, case.stack, case.stack.names)[1]
    ratios = checks.mesh_ratios(case.stack, sizes, case.electrostatics) if sizes else {}
    table = Table(title="Lengths", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("layer", "length", "nm", "cell at the ends / length"):
        table.add_column(column, justify="left" if column in ("layer", "length") else "right")
    for name, found in lengths.items():
        for key, length in found.items() or [("none", None)]:
            ratio = ratios.get(name, {}).get(key)
            table.add_row(
                name,
                key.replace("_", " "),
                "" if length is None else f"{length * 1e9:.4g}",
                "" if ratio is None else f"{ratio:.3g}",
            )
    console.print(table)
    for name in lengths:
        if case.stack[name].anomalous_hall and not case.stack[name].varies:
            _, theta0 = case.stack[name].without_field(case.stack.temperature)
            values = ", ".join(f"{value:.4g}" for value in theta0 * case.stack[name].conductivity)
            console.print(f"layer {name}: anomalous Hall conductivity sigma_yz, sigma_zx, sigma_xy = {values} S/m")
        banded = case.stack.two_band is not None
        q = case.stack.bands(name).q if banded else case.stack.coefficients(name).q
        if not callable(q) and q.any():
            F = band_transport.field_strength(q) if banded else gauge.field_strength(q)
            strength, scale = np.abs(F).max(), np.abs(q).max() ** 2
            pure = " (a pure gauge)" if strength < 1e-12 * scale else ""
            console.print(f"layer {name}: largest field strength F_ij^b of the gauge field {strength:.4g} 1/m^2{pure}")
    if sizes:
        for warning in checks.mesh_warnings(case.stack, sizes, case.electrostatics):
            console.print(f"warning: {warning}")


def show_junction(case):
    """Rates of a junction, and how many points its scans have."""
    console = _console()
    console.print(f"Gamma = 2 pi t^2 nu_L nu_R = {case.Gamma:.4g}, t = {case.amplitude:.6g} E")
    if case.scan:
        sizes = " x ".join(
            f"{' and '.join(scan.parameter for scan, _ in together)} {len(together[0][1])}" for together in case.axes
        )
        console.print(f"scan: {sizes}, {len(case.grid)} points")


def warnings(case):
    """Lines that say where a law is used beyond what it was derived for."""
    return case.warnings() if case.experiment == "tunnel" else checks.physics_warnings(case.stack)


def show_materials(rows):
    """The library, a line per value; * marks the one that a layer takes, ? one not compared with its source."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    columns = ("name", "set", "quantity", "value", "unit", "T (K)", "source", "doi")
    for column in columns:
        table.add_column(column, justify="right" if column == "value" else "left", overflow="fold")
    for row in rows:
        mark = ("*" if row["default"] else "") + ("" if row["verified"] else "?")
        temperature = row["temperature"]
        table.add_row(
            row["name"],
            row["set"],
            row["quantity"],
            f"{row['value']:g}{mark}",
            row["unit"],
            "" if temperature is None else f"{temperature:g}",
            row["source"],
            row["doi"],
        )
    _console().print(table)
    _console().print("* the value that material = ... gives; the others with material = name/set")
    _console().print("? not yet compared with the publication itself: look it up before you build on it")
