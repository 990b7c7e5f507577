"""The launcher, on a machine whose programs are stand-ins: which way it takes, what it runs there, what it says."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
BASICS = [
    *("bash", "sh", "cat", "cut", "chmod", "dirname", "env", "flock", "grep", "id", "ls", "mkdir", "mv", "paste"),
    *("readlink", "rm", "sed", "sha256sum", "sleep", "tail", "tar", "touch", "true", "uname"),
]

NO_DOLFINX = "exit 1"
DOCKER = """
echo "$*" >> "$LOG"
case $1 in
    info) [ $# = 1 ] || echo "$SECURITY" ;;
    image) exit "${NO_IMAGE:-0}" ;;
    compose)
        [ "$2" = version ] || echo "user $DDGAUGE_UID, image $DDGAUGE_TAG" >> "$LOG"
        [ "$4" = run ] && exit 5
        exit 0 ;;
esac
"""
MMDEBSTRAP = """
echo made >> "$LOG"
sleep "${PATIENCE:-0}"
mkdir -p "$TMPDIR/made/usr/bin" "$TMPDIR/made/etc" "$TMPDIR/made/var"
tar -c -C "$TMPDIR/made" .
"""
BWRAP = """
while :; do
    case $1 in
        --setenv) [ "$2" = PATH ] || export "$2=$3"; shift 3 ;;
        --*bind* | --symlink) shift 3 ;;
        --chdir) cd "$2"; shift 2 ;;
        --tmpfs | --dev | --proc) shift 2 ;;
        --die-with-parent) shift ;;
        *) break ;;
    esac
done
exec "$@"
"""


class Machine:
    """A machine with a repository, a home and some programs."""

    def __init__(self, folder):
        self.repository, self.home, self.bin = folder / "a clone", folder / "home", folder / "bin"
        for path in self.repository, self.home, self.bin:
            path.mkdir()
        for name in "with-dolfinx", "packages.txt", "pyproject.toml", "docker-compose.yml":
            shutil.copy(REPOSITORY / name, self.repository)
        for name in BASICS:
            (self.bin / name).symlink_to(shutil.which(name))
        self.log = folder / "log"
        self.environment = {"PATH": str(self.bin), "HOME": str(self.home), "LOG": str(self.log)}

    def program(self, name, text):
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!{shutil.which('bash')}\n{text}")
        path.chmod(0o755)

    def start(self, *command, folder=None, program=None, **environment):
        return subprocess.Popen(
            [program or self.repository / "with-dolfinx", *command],
            cwd=folder or self.repository,
            env=self.environment | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *command, stdin="", **options):
        process = self.start(*command, **options)
        out, said = process.communicate(stdin, timeout=60)
        return process.returncode, out, said

    @property
    def logged(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    @property
    def roots(self):
        return [path.name for path in (self.home / ".cache/ddgauge").glob("root-*")]


@pytest.fixture
def machine(tmp_path):
    """Without DOLFINx, Docker, apt or mmdebstrap; the user is an ordinary one."""
    machine = Machine(tmp_path)
    machine.program("python3", NO_DOLFINX)
    machine.program("id", "case $1 in -u | -g) echo 1234 ;; *) echo somebody ;; esac")
    return machine


@pytest.fixture
def python(machine):
    """With DOLFINx in its Python."""
    machine.program("python3", f'exec {sys.executable} "$@"')
    return machine


@pytest.fixture
def docker(machine):
    machine.program("docker", DOCKER)
    return machine


@pytest.fixture
def builder(machine):
    """Root, with mmdebstrap and bubblewrap."""
    machine.program("id", "echo 0")
    machine.program("mmdebstrap", MMDEBSTRAP)
    machine.program("bwrap", BWRAP)
    machine.program("apt-get", 'echo "apt-get $*" >> "$LOG"')
    machine.program(
        "python3", 'case "$*" in -\\ *) exit 1 ;; -m\\ pip*) echo "pip, settings: $(env | grep -c ^PIP_)" ;; esac'
    )
    return machine


# the Python of this shell


def test_python_with_dolfinx_is_used_as_it_is(python):
    told = "echo $OMP_NUM_THREADS:$PYTHONPATH:$OMPI_MCA_btl"
    assert python.run("sh", "-c", told) == (0, f"1:{python.repository}:\n", "")
    assert python.run("sh", "-c", told, OMP_NUM_THREADS="3", PYTHONPATH="/mine")[1] == f"3:{python.repository}:/mine:\n"


def test_arguments_input_and_exit_code_are_handed_on(python):
    assert python.run("sh", "-c", 'cat; echo "$1"; exit 7', "sh", "a  b*", stdin="one\n") == (7, "one\na  b*\n", "")


def test_command_is_run_where_one_is(python, tmp_path):
    (tmp_path / "some where").mkdir()
    assert python.run("sh", "-c", "pwd", folder=tmp_path / "some where")[1] == f"{tmp_path}/some where\n"


def test_launcher_is_found_through_links(python, tmp_path):
    (tmp_path / "link").symlink_to(python.repository)
    (tmp_path / "dolfinx").symlink_to(tmp_path / "link/with-dolfinx")
    out = python.run("sh", "-c", "echo $PYTHONPATH", program=tmp_path / "dolfinx", folder=tmp_path)[1]
    assert out == f"{python.repository}\n"


def test_command_that_does_not_exist(python):
    code, _, said = python.run("no-such-command")
    assert code == 127
    assert "no-such-command: not found" in said


def test_ddgauge_is_a_command(python):
    python.run("true")
    assert "python3 -P -m ddgauge" in (python.home / ".cache/ddgauge/bin/ddgauge").read_text()


def test_missing_packages_are_named(python):
    project = python.repository / "pyproject.toml"
    project.write_text(project.read_text().replace('"numpy"', '"numpy", "not-there>=2"'))
    code, out, said = python.run("true")
    assert (code, out) == (1, "")
    assert said.endswith(
        f"has DOLFINx but lacks not-there>=2; get it with: python3 -m pip install -e '{python.repository}'\n"
    )


def test_older_dolfinx_is_not_used(python, tmp_path):
    folder = tmp_path / "site/fenics_dolfinx-0.8.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: fenics-dolfinx\nVersion: 0.8.0\n")
    assert "no DOLFINx >= 0.9" in python.run("true", PYTHONPATH=str(folder.parent))[2]


def test_cache_that_cannot_be_written(python, tmp_path):
    (tmp_path / "file").touch()
    code, _, said = python.run("true", DDGAUGE_CACHE=str(tmp_path / "file"))
    assert code == 1
    assert f"cannot write to {tmp_path}/file; name another folder in DDGAUGE_CACHE" in said


# Docker


def test_docker_runs_the_command_with_the_repository_and_this_folder(docker, tmp_path):
    assert docker.run("mpirun", "-n", "2", "ddgauge", folder=tmp_path)[0] == 5
    here, user, command = docker.repository, docker.logged[-1], docker.logged[-2]
    assert command == (
        f"compose -f {here}/docker-compose.yml run --rm -v {here}:{here} -w {tmp_path} -e PYTHONPATH={here}"
        f" -T -v {tmp_path}:{tmp_path} ddgauge mpirun -n 2 ddgauge"
    )
    assert user.startswith("user 1234, image ")
    assert not any("build" in line for line in docker.logged)


def test_no_folder_is_mounted_twice(docker):
    (docker.repository / "examples").mkdir()
    docker.run("true", folder=docker.repository / "examples")
    assert docker.logged[-2].count(" -v ") == 1


def test_docker_image_is_built_once(docker):
    _, _, said = docker.run("true", NO_IMAGE="1")
    assert "building the Docker image" in said
    assert any(line.endswith("build ddgauge") for line in docker.logged)


def test_files_made_by_rootless_docker_belong_to_the_caller(docker):
    docker.run("true", SECURITY="[name=seccomp name=rootless]")
    assert docker.logged[-1].startswith("user 0, ")


# a root of our own


def test_root_is_made_once_and_commands_run_in_it(builder):
    code, out, said = builder.run("sh", "-c", "cat; exit 3", stdin="input")
    assert (code, out) == (3, "input")
    assert "making a Debian trixie root" in said
    assert "ready after" in said
    assert builder.run("sh", "-c", "echo $DDGAUGE_WAY $OMPI_MCA_btl") == (0, "python self,sm\n", "")
    assert builder.logged.count("made") == 1
    assert len(builder.roots) == 1


def test_two_first_calls_make_one_root(builder):
    first = builder.start("true", PATIENCE="1")
    time.sleep(0.3)
    assert builder.run("true")[0] == 0
    assert first.wait(10) == 0
    assert builder.logged.count("made") == 1


def test_root_that_was_not_finished_is_not_used(builder):
    maker = builder.start("true", PATIENCE="30")
    while not builder.logged:
        time.sleep(0.05)
    assert len(builder.roots) >= 1  # a folder by another name
    os.killpg(maker.pid, signal.SIGKILL)
    code, _, said = builder.run("true")
    assert code == 0
    assert "making a Debian" in said
    assert not any("partial" in name for name in builder.roots)


def test_root_that_could_not_be_made_leaves_nothing(builder):
    builder.program("mmdebstrap", "echo E: no mirror >&2; exit 1")
    code, out, said = builder.run("true")
    assert (code, out) == (1, "")
    assert "E: no mirror" in said
    assert "mmdebstrap failed; is the network there? Its log is" in said
    assert not any(path.is_dir() for path in (builder.home / ".cache/ddgauge").glob("root-*"))


def test_settings_of_the_shell_stay_outside(builder):
    outside = dict.fromkeys(
        ("PIP_TARGET", "PYTHONHOME", "PYTHONPATH", "CC", "LD_LIBRARY_PATH", "PETSC_DIR", "CONDA_PREFIX"), "x"
    )
    _, out, said = builder.run("env", MINE="kept", PETSC_OPTIONS="-log_view", **outside)
    assert "pip, settings: 3" in said  # PIP_CONFIG_FILE, PIP_BREAK_SYSTEM_PACKAGES, PIP_ROOT_USER_ACTION
    inside = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
    assert set(outside) & set(inside) == {"PYTHONPATH"}
    assert inside["PYTHONPATH"] == str(builder.repository)
    assert inside["MINE"] == "kept"
    assert inside["PETSC_OPTIONS"] == "-log_view"


def test_lost_bubblewrap_does_not_cost_the_root(builder):
    builder.run("true")
    (builder.bin / "bwrap").unlink()
    builder.program(
        "apt-get",
        f"cat > {builder.bin}/bwrap <<'END'\n#!{shutil.which('bash')}\n{BWRAP}END\nchmod +x {builder.bin}/bwrap",
    )
    assert builder.run("true")[0] == 0
    assert builder.logged.count("made") == 1


# what is said where nothing can be done


def test_what_is_missing_is_named_to_who_cannot_install_it(machine):
    code, out, said = machine.run("true")
    assert (code, out) == (1, "")
    assert "no bubblewrap mmdebstrap" in said
    for remedy in "sudo apt-get install bubblewrap mmdebstrap", "conda env create -f environment.yml", "start Docker":
        assert remedy in said


def test_no_namespaces(builder):
    builder.program("bwrap", "exit 1")
    code, _, said = builder.run("true")
    assert code == 1
    assert "bubblewrap may not make a namespace here" in said
    assert "conda env create" in said


def test_no_network_for_apt(builder):
    (builder.bin / "mmdebstrap").unlink()
    builder.program("apt-get", "echo E: no network >&2; exit 100")
    code, _, said = builder.run("true")
    assert code == 1
    assert "apt-get could not install mmdebstrap" in said


def test_distribution_with_dolfinx_installs_it(builder):
    builder.program("apt-cache", "echo '  Candidate: 1:0.10.0-1'")
    builder.program("dpkg", '[ "$1" = --compare-versions ]')
    builder.program("apt-get", '[ "$1" = update ]')
    code, _, said = builder.run("true")
    assert code == 1
    assert "apt-get could not install what packages.txt lists" in said
    assert "mmdebstrap" not in said


def test_distribution_whose_dolfinx_is_too_old_makes_a_root(builder):
    builder.program("apt-cache", "echo '  Candidate: 2019.2.0~legacy-1'")
    builder.program("dpkg", "exit 1")
    assert "making a Debian" in builder.run("true")[2]


def test_way_that_is_asked_for(machine):
    assert "DDGAUGE_WAY=conda, must be python, docker, apt or root" in machine.run("true", DDGAUGE_WAY="conda")[2]
    assert "no DOLFINx >= 0.9" in machine.run("true", DDGAUGE_WAY="python")[2]
    assert "no running Docker engine" in machine.run("true", DDGAUGE_WAY="docker")[2]


def test_usage():
    said = subprocess.run(
        [REPOSITORY / "with-dolfinx"], capture_output=True, text=True, check=False, env=os.environ
    ).stderr
    assert said == "with-dolfinx: usage: ./with-dolfinx COMMAND [ARGUMENT...]\n"
