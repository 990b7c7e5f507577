"""Which figures a result has."""

from ddgauge.fem import sample
from ddgauge.post import band_fields, plot, plot_bands, plot_series, plot_tunnel, series
from ddgauge.post import curves as of_curves
from ddgauge.post.fields import along

MAPPED = ("transport", "two-current", "weyl", "two-band")


def plane(result):
    """The raster of what is drawn as a map, on rank 0, or None. Collective."""
    mapped = result.solution.mesh.dimension > 1 and result.case.experiment in MAPPED
    return sample.raster(result.solution) if mapped else None


def draw(result, profile, plane, folder):
    """Draw the figures of a Result into a folder; their names.

    profile, plane : as of fem.sample.profile and raster, or None.
    """
    title = result.case.title or result.case.experiment
    if result.case.experiment == "tunnel":
        figures = plot_tunnel.figures(result.numbers, title)
    else:
        figures = _of_fields(result, profile, plane, title + _moment(result.case)) | _of_experiment(result, title)
    for name, figure in figures.items():
        plot.save(figure, folder / name)
    return list(figures)


def _of_fields(result, profile, plane, title):
    case, figures = result.case, {}
    flat_mode = "rates" in result.curves and result.solution.mesh.dimension > 1  # of which a line shows nothing
    if case.experiment == "two-band":
        return _of_bands(result, profile, plane, title)
    if profile is not None and case.experiment in plot.OF_MODELS:
        figures["profile.png"] = plot.OF_MODELS[case.experiment](profile, title)
    elif profile is not None and case.stack.spinful and not flat_mode:
        figures["profile.png"] = plot.profiles(profile, title)
    if plane is not None:
        figures["potential.png"] = plot.potential(plane, title)
    return figures


def _of_bands(result, profile, plane, title):
    case, figures = result.case, {}
    if profile is not None:
        columns = along(case, result.solution, profile)
        figures = {name: draw(columns, title) for name, draw in plot_bands.PROFILES.items()}
    if plane is not None:
        figures["density.png"] = plot_bands.plane(plane, *band_fields.on_plane(case, plane), title)
    return figures


def _of_experiment(result, title):
    curves, numbers, figures = result.curves, result.numbers, {}
    if "conductance" in curves:
        figures["conductance.png"] = plot.conductance(curves["conductance"], title)
    if "angular" in curves:
        figures["magnetoresistance.png"] = plot.angular(curves["angular"]["angles"], curves["angular"]["curves"], title)
    if "curve" in numbers:
        figures["curve.png"] = of_curves.draw(result.case.experiment, numbers, title)
    if "rates" in curves:
        figures["rates.png"] = plot.spectrum(curves["rates"], title)
    for key, axis, name, drawn in (
        ("time_series", "time", "time.png", plot_series.evolution),
        ("response", "frequency", "response.png", plot_series.response),
    ):
        if key in numbers and (panels := series.panels(result, key)):
            figures[name] = drawn(numbers[key][axis], panels, title)
    return figures


def _moment(case):
    """What of an evolution or of an oscillation the fields are, as it stands in a title."""
    if case.time:
        factor, before = plot.prefix(abs(case.time.end))
        return f", t = {factor * case.time.end:.4g} {before}s"
    if case.frequency:
        last = case.frequency.frequencies[-1]
        factor, before = plot.prefix(last)
        return f", real part at {factor * last:.4g} {before}Hz"
    return ""
