"""How printing is cut into files. Pure."""

import hashlib

# A file is held in memory until it is finished: 10,000 vouchers are about 150 MB.
MAX_VOUCHERS_A_FILE = 10_000
# Each is a file of `layouts/`; the first is what is printed when nobody says otherwise.
LAYOUTS = ("a4-8", "a4-10", "booklet")
PRINT_JOB = "print_run"


def name_print_job(*, layout: str, folder: str) -> str:
    """
    Give the name of the job that prints this layout into a folder.

    A folder has jobs of its own: a worker that prints elsewhere must not take them up.
    """
    return f"{PRINT_JOB}:{layout}:{hashlib.sha256(folder.encode()).hexdigest()[:8]}"


def name_sheets(*, stem: str, part: int, layout: str) -> str:
    """Give the name, without its ending, of the part-th file of sheets of a community."""
    return f"{stem}-{part:02d}" + ("" if layout == LAYOUTS[0] else f"-{layout}")


def read_community(name: str) -> str:
    """Give the code of the community whose file this is: run-000001-510104020001-01.pdf."""
    return name.split("-")[2]


def is_handover_list(name: str) -> bool:
    """Tell a handover list from sheets of vouchers."""
    return name.endswith("-handover.pdf")


def read_layout(name: str) -> str:
    """Give the layout of a file of sheets: its name ends in it, unless it is the first."""
    stem = name.removesuffix(".pdf")
    return next((layout for layout in LAYOUTS if stem.endswith(f"-{layout}")), LAYOUTS[0])


# Somebody waits for the file: a hundred letters take about a second.
MAX_LETTERS_A_FILE = 100
