"""Every way in: the pages, the API and the commands of all domains, and how often one may knock."""

from voucher.accounts.cli import commands as accounts_commands

# Their routes belong to the blueprint of sessions.
from voucher.accounts.views import door as _door  # noqa: F401
from voucher.accounts.views import own as _own  # noqa: F401
from voucher.accounts.views.sessions import blueprint as accounts_pages
from voucher.accounts.views.staff import blueprint as staff_pages
from voucher.assessments.cli import commands as assessments_commands

# Its routes belong to the blueprint of the bedside.
from voucher.assessments.views import confirming as _confirming  # noqa: F401
from voucher.assessments.views.assessing import blueprint as assessments_pages
from voucher.assessments.views.bedside import blueprint as bedside_pages
from voucher.assessments.views.importing import blueprint as assessment_file_pages
from voucher.audit.views import blueprint as events_pages
from voucher.care_levels.cli import commands as care_levels_commands
from voucher.care_levels.views.appeals import blueprint as appeals_pages
from voucher.divisions.cli import commands as divisions_commands
from voucher.entitlements.cli import commands as entitlements_commands
from voucher.entitlements.views import blueprint as levels_pages
from voucher.ledger.cli import commands as ledger_commands
from voucher.ledger.views import blueprint as budgets_pages
from voucher.openapi import make_blueprint as make_openapi_pages
from voucher.overview.views import searching as _searching  # noqa: F401
from voucher.overview.views.cases import blueprint as cases_pages
from voucher.overview.views.desk import blueprint as desk_pages
from voucher.overview.views.files import blueprint as files_pages
from voucher.overview.views.home import blueprint as overview_pages
from voucher.overview.views.redemptions import blueprint as redemptions_pages
from voucher.overview.views.vouchers import blueprint as vouchers_pages
from voucher.printouts.cli import commands as printouts_commands

# Their routes belong to the blueprints of runs and of files.
from voucher.printouts.views import approving as _approving  # noqa: F401
from voucher.printouts.views import papers as _papers  # noqa: F401
from voucher.printouts.views import releasing as _releasing  # noqa: F401
from voucher.printouts.views.files import blueprint as printouts_pages
from voucher.printouts.views.letters import blueprint as letters_pages

# Their routes belong to the blueprint of draws.
from voucher.rechecks.views import agreement as _agreement  # noqa: F401
from voucher.rechecks.views import second as _second  # noqa: F401
from voucher.rechecks.views.draws import blueprint as rechecks_pages
from voucher.redemptions import api as redemptions_api
from voucher.redemptions.cli import commands as redemptions_commands

# Their routes belong to the blueprint of the till, which comes with them.
from voucher.redemptions.views import enrolling as _enrolling  # noqa: F401
from voucher.redemptions.views import till as _till  # noqa: F401
from voucher.redemptions.views.departure_file import blueprint as departure_file_pages
from voucher.redemptions.views.departures import blueprint as departures_pages
from voucher.redemptions.views.knowing import blueprint as till_pages
from voucher.redemptions.views.public import blueprint as public_pages
from voucher.reports.cli import commands as reports_commands
from voucher.reports.views.simulation import blueprint as simulations_pages
from voucher.residents.cli import commands as residents_commands
from voucher.residents.views import editing as _editing  # noqa: F401
from voucher.residents.views.people import blueprint as residents_pages
from voucher.residents.views.roster import blueprint as roster_pages
from voucher.schemes.cli import commands as schemes_commands
from voucher.schemes.views import blueprint as schemes_pages
from voucher.settlements.cli import commands as settlements_commands
from voucher.settlements.views.closing import blueprint as closing_pages
from voucher.settlements.views.payments import blueprint as payments_pages
from voucher.settlements.views.settlements import blueprint as settlements_pages
from voucher.shops import api as shops_api
from voucher.shops.cli import commands as shops_commands
from voucher.shops.views.devices import blueprint as devices_pages
from voucher.shops.views.shop_file import blueprint as shop_file_pages
from voucher.shops.views.shops import blueprint as shops_pages
from voucher.upkeep.cli import commands as upkeep_commands
from voucher.upkeep.views import blueprint as upkeep_pages
from voucher.vouchers.cli.papers import commands as papers_commands
from voucher.vouchers.cli.rounds import commands as rounds_commands
from voucher.vouchers.cli.runs import commands as runs_commands

# Their routes belong to the blueprint of handovers.
from voucher.vouchers.views import losing as _losing  # noqa: F401
from voucher.vouchers.views import rounds as _rounds  # noqa: F401
from voucher.vouchers.views import scanning as _scanning  # noqa: F401
from voucher.vouchers.views.handovers import blueprint as handovers_pages
from voucher.vouchers.views.paper import blueprint as paper_pages
from voucher.vouchers.views.runs import blueprint as runs_pages
from voucher.vouchers.views.stays import blueprint as stays_pages

API_OPERATIONS = (*redemptions_api.OPERATIONS, *shops_api.OPERATIONS)
PAGES = (
    accounts_pages,
    residents_pages,
    roster_pages,
    assessments_pages,
    bedside_pages,
    assessment_file_pages,
    rechecks_pages,
    levels_pages,
    appeals_pages,
    runs_pages,
    vouchers_pages,
    handovers_pages,
    paper_pages,
    stays_pages,
    printouts_pages,
    letters_pages,
    till_pages,
    public_pages,
    redemptions_pages,
    departures_pages,
    departure_file_pages,
    shops_pages,
    shop_file_pages,
    devices_pages,
    schemes_pages,
    budgets_pages,
    settlements_pages,
    closing_pages,
    payments_pages,
    events_pages,
    staff_pages,
    desk_pages,
    cases_pages,
    files_pages,
    overview_pages,
    simulations_pages,
    upkeep_pages,
    make_openapi_pages(API_OPERATIONS),
)
# An API asks for a bearer token and never looks at a cookie, so it has no use for CSRF tokens.
APIS = (redemptions_api.blueprint, shops_api.blueprint)
COMMANDS = (
    *upkeep_commands,
    *accounts_commands,
    *divisions_commands,
    *residents_commands,
    *assessments_commands,
    *schemes_commands,
    *care_levels_commands,
    *entitlements_commands,
    *ledger_commands,
    *runs_commands,
    *rounds_commands,
    *papers_commands,
    *printouts_commands,
    *shops_commands,
    *redemptions_commands,
    *settlements_commands,
    *reports_commands,
)

# A coarse guard for each process and address; misses of one account are counted in the database.
LIMITS = {
    "accounts.enter": "30 per minute",
    "accounts.enter_code": "30 per minute",
    "accounts.confirm": "30 per minute",
    "accounts.change": "30 per minute",
    "bedside.confirm_here": "30 per minute",
    "shops_api.open_till": "10 per minute",
    "simulations.send": "30 per minute",
    "till.enrol": "10 per minute",
    "till.give_pin": "30 per minute",
    # Phones behind one address of a carrier are many.
    "public.show": "60 per minute",
}
