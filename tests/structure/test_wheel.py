"""What is installed works without the checkout beside it."""

import subprocess
import sys
import venv
import zipfile

import pytest

from tests.structure.source import PACKAGE, ROOT

# Serves one request of a fresh home, from what is installed alone.
FETCH = """
import pathlib, sys
import voucher
from voucher import app, clock, config
import flask_migrate

assert "site-packages" in voucher.__file__, voucher.__file__
home = config.create_home(
    path=pathlib.Path(sys.argv[1]), kind=config.Kind.TEST, district="510104",
    host="YLQ.EXAMPLE.CN", desk_phone="028-00000000",
)
clock.start_clock(home)
made = app.create_app(home)
with made.app_context():
    flask_migrate.upgrade()
client = made.test_client()
page = client.get("/sign-in")
assert page.status_code == 200, page.status
assert "养老服务券" in page.get_data(as_text=True)
style = client.get("/static/vendor/tabler/tabler.min.css")
assert style.status_code == 200, style.status
style.close()
print("fetched")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from what git knows, so that nothing on this machine slips in."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.split(b"\0")
    for name in filter(None, (entry.decode() for entry in listed)):
        if not name.startswith("tests/") and (ROOT / name).exists():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(source))
    (found,) = built.glob("*.whl")
    return found


def pip(*arguments, python=sys.executable):
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


def test_the_wheel_carries_everything_the_package_reads(wheel):
    carried = set(zipfile.ZipFile(wheel).namelist())

    for folder, inside in (
        (PACKAGE, "voucher"),
        (ROOT / "templates", "voucher/_templates"),
        (ROOT / "static", "voucher/_static"),
    ):
        listed = subprocess.run(
            ["git", "ls-files", "."], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.split()
        missing = {f"{inside}/{name}" for name in listed} - carried
        assert missing == set()


def test_the_installed_wheel_serves_its_first_page(wheel, tmp_path):
    room = tmp_path / "venv"
    # The libraries are this run's own; only the package itself comes out of the wheel.
    venv.create(room, with_pip=False, symlinks=True)
    (packages,) = room.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "libraries.pth").write_text("\n".join(libraries) + "\n")

    fetched = subprocess.run(
        [str(room / "bin" / "python"), "-I", "-c", FETCH, str(tmp_path / "home")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert fetched.stdout == "fetched\n", fetched.stderr
