"""Workflows: what they say is parsed by their shells, and what they do is done here by programs of the same names."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from ddgauge.model import InputError
from ddgauge.output import OutputError
from ddgauge.sweep import dataset, emit, sweep
from tests.sweep.files import ANGLES, ENVIRONMENT, FILM, ROOT, THICKNESSES

# sbatch of a cluster with one node: does at once all jobs of an array; srun just runs; ddgauge is this sweep
PROGRAMS = {
    "sbatch": """#!/bin/bash
set -e
script=$(cat)
for word; do case $word in --array=0-*) last=${word#--array=0-} ;; esac; done
echo "$@" >> "$CALLS"
for SLURM_ARRAY_TASK_ID in $(seq 0 "${last:-0}"); do
    export SLURM_ARRAY_TASK_ID
    bash -c "$script" >&2
done
echo "7;cluster"
""",
    "srun": '#!/bin/bash\nexec "$@"\n',
    "ddgauge": f'#!/bin/bash\nexec {sys.executable} -m tests.sweep.test_emit "$@"\n',
}


@pytest.fixture
def film(tmp_path):
    folder = tmp_path / "a folder, or two"
    folder.mkdir()
    path = folder / "film's.toml"
    path.write_text('title = "Pt: $5 {x}"\n' + FILM + ANGLES % 5 + THICKNESSES)
    return path


@pytest.fixture
def on_a_cluster(tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in PROGRAMS.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return ENVIRONMENT | {"PATH": path, "CALLS": str(tmp_path / "calls"), "PYTHONPATH": str(ROOT)}


def test_jobs_of_slurm_do_all_points_and_make_the_dataset(film, tmp_path, on_a_cluster):
    script = emit(film, film.parent / "out", "slurm", jobs=2)
    subprocess.run(["bash", "-n", script], check=True)
    subprocess.run(["bash", script, "--time=1"], check=True, env=on_a_cluster, cwd=ROOT, stderr=subprocess.PIPE)
    found = dataset.read(film.parent / "out")
    assert (found["status"] == "done").all()
    points, collect = (tmp_path / "calls").read_text().splitlines()
    assert "--array=0-1" in points
    assert points.endswith("--time=1")
    assert "--dependency=afterany:7 " in collect
    assert len(list((film.parent / "out").glob("points-*.jsonl"))) == 2


@pytest.mark.parametrize("jobs", [1, 2, 3, 10, None])
def test_parts_are_all_points_once_and_blocks_stay_whole_as_far_as_they_can(film, jobs):
    text = emit(film, film.parent, "snakemake", jobs).read_text()
    parts = eval(text.partition("POINTS = ")[2].splitlines()[0])
    edges = [tuple(map(int, part.split(":"))) for part in parts]
    assert (edges[0][0], edges[-1][1]) == (0, 10)
    assert all(a[1] == b[0] for a, b in pairwise(edges))
    assert len(parts) == (jobs or 10)


def test_parts_of_a_body_lie_between_those_that_share_factors(film):
    film.write_text(film.read_text().replace("[mesh]", '[mesh]\ndimension = 2\nsize = ["5 nm"]\nlateral_cells = 2'))
    text = emit(film, film.parent, "snakemake", 2).read_text()
    assert "POINTS = ['0:5', '5:10']" in text  # angles of each thickness


def test_a_snakefile_is_python_but_for_its_rules(film):
    text = emit(film, film.parent / "out", "snakemake", 2, ranks=4).read_text()
    head = {}
    exec(text.partition("wildcard_constraints")[0], head)
    assert head["FILE"] == str(film)
    assert head["OUT"] == str(film.parent / "out")
    assert head["RANKS"] == 4


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("make",), "emit = 'make', must be snakemake or slurm"),
        (("slurm", 11), "jobs = 11, must be from 1 to 10, the points of the sweep"),
        (("slurm", 0), "jobs = 0, must be from 1 to 10"),
        (("slurm", 1, 0), "ranks = 0, must be >= 1"),
    ],
)
def test_workflows_that_cannot_be(film, arguments, message):
    with pytest.raises(InputError, match=message):
        emit(film, film.parent / "out", *arguments)
    assert not (film.parent / "out").exists()


def test_a_workflow_that_cannot_be_written_is_an_error(film):
    with pytest.raises(OutputError, match=r"/proc/out: cannot be written .*; use another --out"):
        emit(film, "/proc/out", "slurm")


if __name__ == "__main__":
    command, file, _, out, *options = sys.argv[1:]
    assert command == "sweep"
    given = dict(zip(options[::2], options[1::2])) if "--collect" not in options else {"--collect": True}
    sweep(
        Path(file),
        out,
        points=given.get("--points"),
        ranks_per_point=int(given["--ranks-per-point"]) if "--ranks-per-point" in given else None,
        collect="--collect" in given,
    )
