# Two commands: `make demo` shows the whole chain, `make test` proves it. `make help` lists them.

PYTHON ?= python3
SERVE ?= 1
EXAMPLES ?= 1000
STEPS ?= 50
BIN := .venv/bin
DEMO_HOME := instance/demo
TEST_PACKAGES := chromium poppler-utils fonts-wqy-zenhei postgresql faketime qpdf

.DEFAULT_GOAL := help
KILLS ?= 20
VOUCHERS ?= 10000
.PHONY: help demo test laws kills bench-grading bench-issuing translations specimens pictures lock

help:
	@echo "make demo            安装，运行示例区的全部流程，然后打开网站 / install, run the sample district, serve"
	@echo "make demo SERVE=0    同上，但不打开网站 / the same, without serving"
	@echo "make test            运行全部测试 / run every test"
	@echo "make laws            长时间检验账目规律，可给 SEED / live long, arbitrary lives against the model; SEED repeats one"
	@echo "make kills           在一万张券的写券和打印中随机杀进程二十次，可给 SEED / kill workers twenty times while 10,000 vouchers are written and printed"
	@echo "make bench-grading   评定全区有多快，以比值表示 / how fast a district is graded, as ratios"
	@echo "make bench-issuing   从批准到打印有多快，与另外四种画法相比 / from approval to paper, beside four other ways to draw"
	@echo "make translations    提取待译句子，编译英文 / gather the sentences, compile the English"
	@echo "make specimens       重画 printouts/samples / draw the specimens anew"
	@echo "make pictures        重新拍摄 README 的页面图 / take the README's pictures of the pages anew"
	@echo "make lock            重新生成 requirements.lock / pin the dependencies anew"

demo: .venv/run.stamp
	@rm -rf "$(DEMO_HOME)"
	@VOUCHER_HOME="$(DEMO_HOME)" $(BIN)/voucher init --demo
	@VOUCHER_HOME="$(DEMO_HOME)" $(BIN)/voucher demo
ifneq ($(SERVE),0)
	@VOUCHER_HOME="$(DEMO_HOME)" $(BIN)/voucher serve
endif

test: .venv/run.stamp .venv/programs.stamp
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	@$(BIN)/pytest -n 2 --dist worksteal

# The seed is said first, so that any failure can be lived again.
laws: SEED := $(or $(SEED),$(shell od -An -N4 -tu4 /dev/urandom | tr -d ' '))
laws: .venv/run.stamp .venv/programs.stamp
	@echo "make laws SEED=$(SEED) EXAMPLES=$(EXAMPLES) STEPS=$(STEPS)"
	@LAWS_EXAMPLES=$(EXAMPLES) LAWS_STEPS=$(STEPS) $(BIN)/pytest tests/laws/test_life.py tests/laws/plants.py \
	  --hypothesis-seed=$(SEED)

# The seed is said first here too.
kills: SEED := $(or $(SEED),$(shell od -An -N4 -tu4 /dev/urandom | tr -d ' '))
kills: .venv/run.stamp .venv/programs.stamp
	@echo "make kills SEED=$(SEED) KILLS=$(KILLS) VOUCHERS=$(VOUCHERS)"
	@SEED=$(SEED) KILLS=$(KILLS) VOUCHERS=$(VOUCHERS) $(BIN)/pytest tests/laws/test_kills.py

# Ratios to the least the same machine must do in the same run; some minutes.
bench-grading: .venv/run.stamp .venv/programs.stamp
	@$(BIN)/python -m tests.benchmarks.grading

# Beside four other ways to draw the same sheets, in an environment of their own; some minutes.
bench-issuing: .venv/run.stamp .venv/programs.stamp .venv/peers.stamp
	@$(BIN)/python -m tests.benchmarks.issuing --peers .venv/peers/bin/python

.venv/peers.stamp: .venv/run.stamp tests/benchmarks/peers/requirements.txt
	@"$(PYTHON)" -m venv --clear .venv/peers
	@.venv/peers/bin/pip install --quiet --disable-pip-version-check --no-input -r tests/benchmarks/peers/requirements.txt
	@touch $@

# Whatever runs needs these; the stamp makes a repeated make fast. The lock is whole: without --no-deps,
# older pips would look at a newer release for "name[extra]" and find it unpinned.
.venv/run.stamp: requirements.lock setup.cfg pyproject.toml
	@command -v "$(PYTHON)" > /dev/null || { \
	  echo "找不到 $(PYTHON)：请安装 Python 3.11 或更新版本。 / $(PYTHON) is missing: please install Python 3.11 or newer."; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
	  echo "需要 Python 3.11 至 3.13：可用 make PYTHON=python3.11 指定。 / Python 3.11 to 3.13 is needed: name it with make PYTHON=python3.11."; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null || { \
	  echo "Python 缺少 venv 模块：请运行 apt-get install python3-venv。 / Python's venv module is missing: please run apt-get install python3-venv."; exit 1; }
	@"$(PYTHON)" -m venv --clear .venv
	@echo "正在安装依赖，请稍候。 / Installing what is needed, please wait."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps -r requirements.lock || { \
	  echo "依赖安装失败：请检查网络或软件源设置，再试一次。 / Installing failed: please check the network or the package index, then try again."; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
	@touch $@

.venv/programs.stamp: .venv/run.stamp
	@missing=; for package in $(TEST_PACKAGES); do \
	  dpkg-query --show --showformat '$${Status}' $$package 2> /dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get > /dev/null || { \
	    echo "缺少$$missing，且本机没有 apt：请自行安装。 /$$missing missing and no apt here: please install them."; exit 1; }; \
	  become=; if [ "$$(id -u)" != 0 ]; then become=sudo; command -v sudo > /dev/null || { \
	    echo "请以 root 身份安装$$missing。 / Please install as root:$$missing."; exit 1; }; fi; \
	  echo "正在安装$$missing。 / Installing$$missing."; \
	  { $$become apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive $$become apt-get install -y -qq --no-install-recommends $$missing; } > .venv/apt.log 2>&1 || { \
	    tail -n 5 .venv/apt.log; \
	    echo "安装失败$$missing：请检查网络和权限。 / Installing failed:$$missing; please check network and rights."; exit 1; }; \
	fi
	@touch $@

# Gathers the sentences into the English catalogue; what is new there stands untranslated.
translations: .venv/run.stamp
	@$(BIN)/pybabel --quiet extract --mapping pyproject.toml --keywords N_ --no-location \
	  --sort-output --project voucher --output .venv/messages.pot .
	@$(BIN)/pybabel --quiet update --input-file .venv/messages.pot --output-dir voucher/translations \
	  --locale en --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	@$(BIN)/pybabel --quiet compile --directory voucher/translations

# The README's pictures: the real pages of a demo run through to its present month.
pictures: .venv/run.stamp .venv/programs.stamp
	@$(BIN)/python -m tests.journeys.pictures

specimens: .venv/run.stamp .venv/programs.stamp
	@$(BIN)/python -m tests.printouts.specimens

# Needs pip-tools; the options keep the file free of this machine's settings.
lock:
	@pip-compile --quiet --all-extras --build-deps-for editable --allow-unsafe --generate-hashes \
	  --strip-extras --no-header --no-emit-options --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --output-file requirements.lock setup.cfg
