"""How printing is cut into files. Pure."""

# A file is held in memory until it is finished: 10,000 vouchers are about 150 MB.
MAX_VOUCHERS_A_FILE = 10_000
LAYOUTS = ("a4-8",)
