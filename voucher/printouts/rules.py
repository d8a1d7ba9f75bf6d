"""How printing is cut into files. Pure."""

# A file is held in memory until it is finished: 10,000 vouchers are about 150 MB.
MAX_VOUCHERS_A_FILE = 10_000
# Each is a file of `layouts/`; the first is what is printed when nobody says otherwise.
LAYOUTS = ("a4-8", "a4-10", "booklet")
PRINT_JOB = "print_run"


def read_community(name: str) -> str:
    """Give the code of the community whose file this is: run-000001-510104020001-01.pdf."""
    return name.split("-")[2]


def is_handover_list(name: str) -> bool:
    """Tell a handover list from sheets of vouchers."""
    return name.endswith("-handover.pdf")


# Somebody waits for the file: a hundred letters take about a second.
MAX_LETTERS_A_FILE = 100
