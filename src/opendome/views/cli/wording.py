"""What the command line says of itself: each command in a few words, and examples."""

PROGRAM = """\
Simulate a raid against a layered air and missile defense: fly the threats, see them with noisy
sensors, track them, decide who shoots, fly the interceptors, and say what got through and what
was spent. All parameters are public and notional; each has its source in the catalog."""
PROGRAM_EXAMPLES = """\
examples:
  opendome run iron_dome_city            100 runs of a shipped scenario, a table, report.html
  opendome run my_raid.yaml --runs 20    a scenario of your own
  opendome check my_raid.yaml            is this file right, and can it be flown?
  opendome copy golden_dome my_dome.yaml a shipped scenario as a file, to be changed
  opendome compare my_raid.yaml --vary command.wiring=integrated,stovepiped
  opendome compare golden_dome my_dome.yaml       two scenarios side by side, with their bills
  opendome sweep design.yaml --out DIR   many cells of a design over any keys
  opendome catalog                       the systems that are known
  opendome study sbi_sizing              how many satellites, how many dollars
  opendome cost golden_dome              what a whole defense costs over 20 years
  opendome COMMAND --help                more about one command

exit codes: 0 done, 1 the work failed or was stopped, 2 what was asked for is wrong"""

RUN = """\
Simulate a scenario many times. Prints a table of what was launched, what got through and what was
spent, each figure with its 95 % interval, and leaves a folder with all tables and report.html.
The same scenario, seed and runs give the same tables, whatever the number of workers."""
RUN_EXAMPLES = """\
examples:
  opendome run iron_dome_city
  opendome run limited_icbm --runs 1000 --set threats.icbm.count=8
  opendome run my_raid.yaml --seed 7 --out runs/night --json > night.json

Ctrl-C stops (exit code 1) and keeps the finished runs; the same command goes on where it stopped.
More --runs with the same --out extend what is there."""

CHECK = """\
Read a scenario and build it without running it: are all keys known and in range, do all names
exist, can every aim point be reached from its launch site? Says what is wrong (exit code 2), or
what is odd but allowed, such as an asset that nobody defends."""
CHECK_EXAMPLES = """\
examples:
  opendome check my_raid.yaml
  opendome check limited_icbm --set threats.icbm.count=40"""

COPY = """\
Write a shipped scenario to a new file, comments and all, to be changed with any text editor. The
scenario takes the name of the file."""
COPY_EXAMPLES = """\
examples:
  opendome copy golden_dome my_dome.yaml
  opendome compare golden_dome my_dome.yaml --runs 8"""

COMPARE = """\
Run a scenario under several values of one key, or several scenarios, each with the same chance:
run k draws the same lots in all of them, so that small differences show. Prints them side by side
and their differences from the first with 95 % intervals, and leaves a folder with one campaign for
each and report.html, which shows them side by side, layer by layer, with their bills."""
COMPARE_EXAMPLES = """\
examples:
  opendome compare iron_dome_city --vary 'weapons[0].launchers=2,3,4'
  opendome compare my_raid.yaml --vary command.wiring=integrated,hub,stovepiped --runs 200
  opendome compare mixed_raid my_raid.yaml        two scenarios, the second against the first
  opendome compare limited_icbm --vary threats.icbm.count=4,8 --set picture=perfect

Ctrl-C stops (exit code 1) and keeps the finished runs; the same command goes on where it stopped.
More --runs, or more values, with the same --out extend what is there."""

SWEEP = """\
Run all cells of a design: a YAML file that names a scenario, keys of it that vary (a grid, a list,
one at a time, a Latin hypercube, a Sobol sequence), and how many runs each cell gets. All cells
meet the same chance. Prints the leakage of each cell, names cells that failed and why, and leaves a
folder of tables that SQL can ask. The same design gives the same tables, whatever the workers."""
SWEEP_EXAMPLES = """\
examples:
  opendome sweep limited_icbm_defense --out runs/defense
  opendome sweep my_design.yaml --workers 2 --json > cells.json

Ctrl-C, or a machine that goes down, keeps the finished runs; the same command goes on where it
stopped. With --resume it refuses to begin a new sweep."""

REPORT = """\
Write report.html into the folder of a campaign: one page that needs no network, with a map of the
raid, timeline, funnel, costs, picture quality, and the assumptions with their sources. In the
folder of a comparison, write its page and those of its campaigns."""
REPORT_EXAMPLES = """\
example:
  opendome report runs/iron_dome_city"""

CATALOG = """\
List the systems of the catalog, or show one: every parameter with its low, nominal and high
value, unit, source, year and confidence (H official or agreed, M one good source, L claim)."""
CATALOG_EXAMPLES = """\
examples:
  opendome catalog
  opendome catalog --modelled
  opendome catalog gbi
  opendome catalog iron_dome --json"""

COST = """\
What the architecture of a scenario costs over the years: development, procurement, launch,
replenishment, operation and rounds expended, layer by layer, each element with its range and its
source. Counts and unit prices come from the scenario, the rest from the catalog's cost_account."""
COST_EXAMPLES = """\
examples:
  opendome cost golden_dome
  opendome cost golden_dome --elements
  opendome cost golden_dome --set weapons.boost_shell.shell.total=3900 --json
  opendome cost golden_dome --cost space_based_interceptor.life_yr=7 --years 30
  opendome cost iron_dome_city --campaign runs/iron_dome_city --raids 50"""

STUDY = """\
Answer a question about missile defense by a formula, by many runs, or by both side by side. Every
input can be set; the answer holds them all, and what others published beside it."""
STUDY_EXAMPLES = """\
examples:
  opendome study                         the studies that are known
  opendome study sbi_sizing              its answer at its defaults
  opendome study sbi_sizing --keys       what can be set, in which units and ranges
  opendome study sbi_sizing --set salvo=10 --set flyout_s=90 --json
  opendome study sbi_sizing --set salvo=10 --figure sizing.svg"""

ASSIGN = """\
Give rounds to threats so that least value gets through, each round used at most once, and prove
that no plan is better. Reads the text format of the public benchmark of Andersen, Pavlikov and
Toffolo, or JSON: value, rounds and p_kill where threats have values that add up; assets, aim,
p_destroy, rounds and p_kill where assets have the values and several threats aim at each. Writes
solution.json and certificate.json."""
ASSIGN_EXAMPLES = """\
examples:
  opendome assign wta_100x200x3.txt
  opendome assign raid.json --out runs/raid --json
  opendome assign raid.json --seconds 30
  opendome assign raid.json --check runs/raid/certificate.json

--check solves nothing: plain NumPy code of its own goes through the certificate; exit code 1 if it
does not hold."""

WARMUP = """\
Compile the kernels that the shipped scenarios need, and keep them for later. Without it the first
run does so."""

SET_HELP = (
    "change a key of the scenario, such as threats.icbm.count=8, "
    "or in quotes 'threats[0].count=8'; may be given again"
)
