"""What a script imports from ddgauge."""

import subprocess
import sys
from pathlib import Path

import pytest

import ddgauge
from ddgauge import InputError, Layer, Sheet, Stack, read, run

ROOT = Path(__file__).parents[1]
QUIET = {"output": {"figures": False}}


@pytest.fixture(scope="module")
def film():
    """The stack of examples/pt_yig/film.toml."""
    Pt = Layer(
        name="Pt", thickness="6 nm", conductivity=4e6, diffusion=5e-4, spin_diffusion_length="1.5 nm", spin_hall=0.08
    )
    return Stack(Pt, boundary={"bottom": Sheet(G_r=2.5e14, G_i=1e13)}, magnetisation=[0, 0, 1], drive=[1e5, 0, 0])


def python(code):
    """What a new Python prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout


def test_import_is_light():
    heavy = "numpy", "scipy", "pydantic", "pint", "mpi4py", "dolfinx", "matplotlib"
    assert python(f"import ddgauge, sys; print(set({heavy}) & set(sys.modules))") == "set()\n"


def test_input_is_read_without_dolfinx():
    assert python("import sys; from ddgauge import Layer, read; print('dolfinx' in sys.modules)") == "False\n"


def test_every_name_is_there():
    for name in ddgauge.__all__:
        assert getattr(ddgauge, name)
        assert name in dir(ddgauge)
    with pytest.raises(AttributeError, match="module 'ddgauge' has no attribute 'Layers'"):
        ddgauge.Layers  # noqa: B018


def test_stack_in_python_gives_what_its_file_gives(film):
    given = run(film, experiment="film", **QUIET).numbers
    from_file = run(read(ROOT / "examples/pt_yig/film.toml")).numbers
    assert given["resistivity"] == from_file["resistivity"]
    assert given["torque"] == from_file["torque"]


def test_tables_that_go_with_a_stack_are_checked(film):
    with pytest.raises(InputError, match=r"experiment = 'flim'; did you mean 'film'\? experiments: conductance, "):
        run(film, experiment="flim")
    with pytest.raises(InputError, match="needs experiment"):
        run(film)
    with pytest.raises(TypeError, match=r"mesh go with a Stack; a Run has them"):
        run(read(ROOT / "examples/pt_yig/film.toml"), mesh={"dimension": 1})
