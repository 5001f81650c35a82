# Every command of the project. CI calls these targets, so what passes here passes there.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
CASES ?= 70000
# Without a seed, each soak takes a new one.
SEED ?=
PYTEST_ARGS ?=
# Parts of the names of mutations; all of them without.
MUTANTS ?=
BENCH_ARGS ?=
# Of one CPython each; docs/targets.md shows them side by side.
BENCH_FILES ?= .cache/bench.json
PEERS_ARGS ?=
WATCHING_ARGS ?=
HUNT_ARGS ?=
HUNT_BENCH_ARGS ?=
SCALING_ARGS ?=
# One of those that `python -m benches.profile --help` names.
WORKLOAD ?= lookup
# What `make wheels` builds for: no interpreter of theirs is needed.
WHEEL_PYTHONS ?= 3.11 3.12 3.13 3.14 3.15
# For another processor than this machine's, as rustc calls it; `make wheels-aarch64` says it.
WHEEL_TARGET ?=
# Which wheel `make smoke-wheel` installs: native or pure.
KERNEL ?= native
PIP_VERSION := 26.3
INFERNO_VERSION := 0.12.8

BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
STAMPS := .venv/stamps
BUILDER := $(STAMPS)/builder
TOOLS := $(STAMPS)/tools
WHEEL_TOOLS := $(STAMPS)/wheel-tools
CRATES := $(STAMPS)/crates
PEERS := $(STAMPS)/peers
HUNT := $(STAMPS)/hunt
SITE := $(STAMPS)/site
IN_PLACE := $(addprefix $(STAMPS)/extension-,release dev profiling)
INFERNO := .cache/inferno/bin/inferno-flamegraph
RUST_SOURCES := Cargo.toml Cargo.lock .cargo/config.toml $(shell find rust -name '*.rs' -o -name Cargo.toml)
TYPED := python/veltrix examples/treasure_hunt .build-backend
FORMATTED := python tests benches examples docs/conf.py .build-backend .legal

# One environment for every cargo call: a difference here makes cargo rebuild pyo3 each time.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
export PYO3_BUILD_EXTENSION_MODULE := 1
export VIRTUAL_ENV := $(CURDIR)/.venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_QUIET := 1
# The backend in pyproject.toml is ours, which calls maturin: nothing to warn of.
export MATURIN_NO_MISSING_BUILD_BACKEND_WARNING := 1

existing = $(wildcard $(1))

# A panic names the file of its crate: without the folder of the machine, so that every machine builds the same bytes.
# `--config` adds to the flags of .cargo/config.toml, where RUSTFLAGS would replace them.
REMAPPED := $(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src=crates
# Its argument is more flags, each after a comma.
maturin_wheel = CARGO_TARGET_DIR=target/wheels $(BIN)/maturin build --quiet --release --locked \
  --config "build.rustflags=['--remap-path-prefix=$(REMAPPED)'$(1)]" --out dist
comma := ,
UNWINDER := $(CURDIR)/target/unwinder/$(or $(WHEEL_TARGET),$(shell uname -m)-unknown-linux-gnu)/libgcc_s.so.1
MANYLINUX_WHEELS = PATH="$(CURDIR)/$(BIN):$$PATH" $(call maturin_wheel,$(comma)'-Clink-arg=$(UNWINDER)') \
  --zig --compatibility manylinux_2_17 \
  $(if $(WHEEL_TARGET),--target $(WHEEL_TARGET)) $(addprefix --interpreter ,$(WHEEL_PYTHONS))
PURE_WHEEL := VELTRIX_BUILD=pure $(BIN)/python -m pip wheel --no-deps --no-index --no-build-isolation --wheel-dir dist .
wheel wheels manylinux-wheels pure-wheel: export SOURCE_DATE_EPOCH := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null))

.PHONY: help
help: ## show this text
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-22s %s\n", $$1, $$2 }'
	@echo "  variables: PYTHON=$(PYTHON) CASES=$(CASES) SEED=$(SEED) PYTEST_ARGS=\"$(PYTEST_ARGS)\" WORKLOAD=\"$(WORKLOAD)\""
	@echo "             BENCH_ARGS=\"$(BENCH_ARGS)\" PEERS_ARGS=\"$(PEERS_ARGS)\" WATCHING_ARGS=\"$(WATCHING_ARGS)\" SCALING_ARGS=\"$(SCALING_ARGS)\""
	@echo "             HUNT_ARGS=\"$(HUNT_ARGS)\" HUNT_BENCH_ARGS=\"$(HUNT_BENCH_ARGS)\""
	@echo "             BENCH_FILES=\"$(BENCH_FILES)\" MUTANTS=\"$(MUTANTS)\" KERNEL=$(KERNEL)"
	@echo "             WHEEL_PYTHONS=\"$(WHEEL_PYTHONS)\""

.PHONY: demo
demo: $(STAMPS)/extension-release ## build the release extension and resolve the treasure hunt
	@$(BIN)/python examples/treasure_hunt/demo.py

.PHONY: hunt
hunt: $(HUNT) $(STAMPS)/extension-release ## serve the treasure hunt on this machine; HUNT_ARGS="--port 8000 --resolver walk"
	@exec $(BIN)/python examples/treasure_hunt/serve.py $(HUNT_ARGS)

.PHONY: test
test: $(TOOLS) $(CRATES) $(STAMPS)/extension-dev ## cargo tests, pytest on both implementations, and what differs where pure is chosen
	@echo "six suites, three at a time: each prints its output when it ends, the longest after some minutes"
	@$(MAKE) --jobs=3 --output-sync=target --no-print-directory test-rust $(HALVES) test-model

.PHONY: test-rust
test-rust: $(BUILDER) $(CRATES)
	MAKEFLAGS= cargo test --locked --workspace --exclude veltrix-py

.PHONY: check-pythons
check-pythons: $(BUILDER) ## compile-check the extension for every CPython that it is made for
	.ci/check-pythons

.PHONY: test-pythons
test-pythons: ## the suite on the interpreters of Debian's next release, in a folder of theirs; needs root and debootstrap
	.ci/test-pythons $(PYTHONS)

.PHONY: test-model
test-model: ## every interleaving of the read cache's readers and writer, by loom
	MAKEFLAGS= cargo test --locked -p veltrix-core --lib --features loom read_cache

.PHONY: test-python
test-python: $(TOOLS) $(STAMPS)/extension-dev
	$(BIN)/python -m pytest tests $(PYTEST_ARGS)

.PHONY: test-pure
test-pure: $(TOOLS) $(STAMPS)/extension-dev
	VELTRIX_IMPL=pure $(BIN)/python -m pytest tests --kernel chosen $(PYTEST_ARGS)

# Not pytest-xdist: its workers have a thread of their own, and a fork with another thread alive is a warning.
HALVES := test-python-1 test-python-2 test-pure-1 test-pure-2
.PHONY: $(HALVES)
$(HALVES): test-%:
	@$(MAKE) --no-print-directory test-$(firstword $(subst -, ,$*)) PYTEST_ARGS="--part $(lastword $(subst -, ,$*))/2 $(PYTEST_ARGS)"

.PHONY: test-without-extension
test-without-extension: $(STAMPS)/pure $(CRATES) ## pytest on an interpreter that the extension is not made for
	$(BIN)/python -m pytest @tests/without_extension.txt --kernel pure $(PYTEST_ARGS)

.PHONY: lint
lint: lint-rust lint-python lint-workflows ## formatting, clippy, ruff, mypy, pyright, workflows; warnings are errors

.PHONY: lint-rust
lint-rust: $(BUILDER)
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

.PHONY: lint-python
lint-python: $(TOOLS)
	$(BIN)/ruff format --check $(call existing,$(FORMATTED))
	$(BIN)/ruff check $(call existing,$(FORMATTED))
	$(BIN)/mypy $(call existing,$(TYPED) tests/typing)
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 $(call existing,python/veltrix)
	$(BIN)/basedpyright $(call existing,tests/typing)

.PHONY: lint-workflows
lint-workflows: $(TOOLS)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet --pedantic .github/workflows

.PHONY: format
format: $(TOOLS) ## let rustfmt and ruff rewrite the sources
	cargo fmt --all
	$(BIN)/ruff check --fix-only --exit-zero $(call existing,$(FORMATTED))
	$(BIN)/ruff format $(call existing,$(FORMATTED))

.PHONY: bench
bench: $(TOOLS) $(STAMPS)/extension-release ## measure both implementations with the release extension, against targets
	$(BIN)/python -m benches targets $(BENCH_ARGS)

.PHONY: bench-targets-page
bench-targets-page: $(TOOLS) ## put what bench found into docs/targets.md and its chart
	$(BIN)/python -m benches.report targets $(BENCH_FILES)

.PHONY: bench-peers
bench-peers: $(PEERS) $(STAMPS)/extension-peers ## measure other libraries on the same workloads, in an environment of their own
	.venv-peers/bin/python -m benches peers $(PEERS_ARGS)

.PHONY: bench-watching
bench-watching: $(PEERS) $(STAMPS)/extension-peers ## measure how soon a changed file is served, and what readers see of it, beside others
	.venv-peers/bin/python -m benches watching $(WATCHING_ARGS)

.PHONY: bench-watching-page
bench-watching-page: $(TOOLS) ## put what that found into docs/benchmarks.md
	$(BIN)/python -m benches.report watching

.PHONY: bench-page
bench-page: $(TOOLS) ## put what bench-peers found into docs/benchmarks.md and its charts
	$(BIN)/python -m benches.report peers

.PHONY: bench-scaling
bench-scaling: $(TOOLS) $(STAMPS)/extension-release ## measure how costs grow with leaves, layers, changes and threads, and real data
	$(BIN)/python -m benches scaling $(SCALING_ARGS)

.PHONY: bench-scaling-page
bench-scaling-page: $(TOOLS) ## put what that found into docs/scaling.md and its charts
	$(BIN)/python -m benches.report scaling

.PHONY: hunt-bench
hunt-bench: $(PEERS) $(STAMPS)/extension-peers ## measure the treasure hunt's server with each resolver, and write docs/treasure-hunt.md
	.venv-peers/bin/python -m benches hunt $(HUNT_BENCH_ARGS)
	$(if $(HUNT_BENCH_ARGS),,@$(MAKE) --no-print-directory hunt-bench-page)

.PHONY: hunt-bench-page
hunt-bench-page: $(TOOLS) ## put what that found into docs/treasure-hunt.md and its charts once more
	$(BIN)/python -m benches.report hunt

.PHONY: instructions
instructions: $(TOOLS) $(STAMPS)/extension-release ## count instructions with valgrind and hold them against the budget
	$(BIN)/python -m benches.instructions --check
	$(BIN)/python -m benches.requests --check
	$(BIN)/python -m benches.imports --check

# Counts of it are counts of what is installed, and it need not be built once more: another linker moves them by 0.4 %.
.PHONY: instructions-of-wheel
instructions-of-wheel: $(TOOLS) ## the same of the extension in the wheel of dist/ for this interpreter
	rm -rf .cache/wheel-extension
	$(BIN)/python -m pip install --quiet --no-index --no-deps --only-binary :all: --find-links dist \
	  --target .cache/wheel-extension veltrix
	cp .cache/wheel-extension/veltrix/_native*.so python/veltrix/
	@rm -f $(IN_PLACE) && touch $(STAMPS)/extension-release
	@$(MAKE) --no-print-directory instructions

.PHONY: profile
profile: $(TOOLS) $(STAMPS)/extension-profiling $(INFERNO) ## where the time of WORKLOAD goes: a table, and a flame graph in .cache/profiles
	$(BIN)/python -m benches.profile $(WORKLOAD)

.PHONY: soak
soak: $(TOOLS) $(STAMPS)/extension-dev ## compare the implementations on CASES generated cases; LARGE=1: with large files
	$(BIN)/python -m tests.soak --cases $(CASES) $(if $(SEED),--seed $(SEED)) $(if $(LARGE),--large)

.PHONY: mutants
mutants: $(TOOLS) $(CRATES) ## break the code as tests/mutants lists it, and see whether tests fail; MUTANTS="part of a name"
	$(BIN)/python -m tests.mutants $(MUTANTS)

.PHONY: site
site: $(SITE) ## build the documentation as a site into .cache/site; a link that leads nowhere is an error
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --doctree-dir .cache/site-doctrees docs .cache/site
	@echo "the first page is .cache/site/index.html"

.PHONY: wheel
wheel: $(BUILDER) ## build the wheel of this machine and interpreter alone into dist/, with its own linker
	rm -rf dist
	$(call maturin_wheel) --interpreter $(BIN)/python
	@ls -l dist

.PHONY: wheels
wheels: $(WHEEL_TOOLS) $(UNWINDER) ## build the manylinux wheels of WHEEL_PYTHONS, the pure wheel and the sdist into dist/
	rm -rf dist
	$(MANYLINUX_WHEELS)
	$(PURE_WHEEL)
	$(BIN)/maturin sdist --out dist
	@ls -l dist

.PHONY: manylinux-wheels
manylinux-wheels: $(WHEEL_TOOLS) $(UNWINDER) ## only the manylinux wheels of WHEEL_PYTHONS, for WHEEL_TARGET if it is given, beside what is in dist/
	$(MANYLINUX_WHEELS)

.PHONY: wheels-aarch64
wheels-aarch64: ## the manylinux wheels of WHEEL_PYTHONS for aarch64, beside what is in dist/; needs root and debootstrap
	WHEEL_PYTHONS="$(WHEEL_PYTHONS)" .ci/wheels-aarch64

.PHONY: pure-wheel
pure-wheel: $(BUILDER) ## build only the wheel without the extension into dist/
	rm -rf dist
	$(PURE_WHEEL)
	@ls -l dist

.PHONY: check-wheels
check-wheels: $(WHEEL_TOOLS) $(STAMPS)/extension-dev ## hold what is in dist/ against its tags, its metadata, and what pip makes of it
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl
	$(BIN)/python -m pytest tests/packaging --dist dist

.PHONY: smoke-wheel
smoke-wheel: $(BUILDER) ## install the KERNEL wheel of dist/ for PYTHON alone, and run tests/smoke.txt against it
	.ci/check-wheel $(PYTHON) $(KERNEL) @tests/smoke.txt

.PHONY: test-wheel
test-wheel: $(BUILDER) ## install the native wheel of dist/ for PYTHON alone, and run the whole suite against it
	.ci/check-wheel $(PYTHON) native tests --kernel native

.PHONY: smoke-pythons
smoke-pythons: ## smoke-wheel on the interpreters of Debian's next release, in a folder of theirs; needs root and debootstrap
	.ci/smoke-pythons $(PYTHONS)

.PHONY: smoke-aarch64
smoke-aarch64: $(BUILDER) ## the smoke tests against aarch64 wheels of dist/, with an emulator; needs root and qemu-user-static
	.ci/smoke-aarch64 $(PYTHONS)

.PHONY: reproduce-wheels
reproduce-wheels: ## build the last commit's wheels for WHEEL_PYTHONS in another folder, and compare them with dist/
	rm -rf .cache/again && git clone --quiet --no-hardlinks . .cache/again
	$(MAKE) -C .cache/again wheels PYTHON=$(PYTHON) WHEEL_PYTHONS="$(WHEEL_PYTHONS)"
	for file in .cache/again/dist/*; do cmp "$$file" "dist/$${file##*/}" || exit 1; echo "the same bytes: $${file##*/}"; done
	rm -rf .cache/again

.PHONY: licences
licences: $(CRATES) ## write the licences of the crates in the extension into .legal/THIRD-PARTY.txt
	$(BIN)/python .legal/gather.py >.legal/THIRD-PARTY.txt

.PHONY: develop
develop: $(TOOLS) $(STAMPS)/extension-dev ## make .venv with the tools and the extension, optimised with assertions

.PHONY: clean
clean: ## remove everything that was built
	rm -rf .venv .venv-peers dist target
	find python -name '*.so' -delete

# What the demo needs, and only then what the tests and linters need: the demo is not to wait for those.
$(BUILDER): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install pip==$(PIP_VERSION)
	$(BIN)/python -m pip install --no-compile --group build
	@mkdir -p $(STAMPS) && touch $@

$(TOOLS): $(BUILDER) $(CRATES)
	$(BIN)/python -m pip install --no-compile --group dev
	@touch $@

# What the server of the treasure hunt stands on.
$(HUNT): $(BUILDER)
	$(BIN)/python -m pip install --no-compile --group hunt
	@touch $@

# Sphinx reads the docstrings of the sources: nothing has to be built.
$(SITE): $(BUILDER)
	$(BIN)/python -m pip install --no-compile --group site
	@touch $@

$(WHEEL_TOOLS): $(BUILDER)
	$(BIN)/python -m pip install --no-compile --group wheels
	@touch $@

$(UNWINDER): $(WHEEL_TOOLS) .ci/unwinder
	.ci/unwinder $(BIN)/python $@

# The package as it stands, with what its tests import.
$(STAMPS)/pure: $(BUILDER)
	$(BIN)/python -m pip install --no-compile --group test
	VELTRIX_BUILD=pure $(BIN)/python -m pip install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

# Tests ask cargo, without the network, where the crates of the conformance suites lie; it answers only where every
# crate of the lock file is there, those of other platforms included.
$(CRATES): Cargo.lock
	cargo fetch --locked
	@mkdir -p $(STAMPS) && touch $@

$(PEERS): pyproject.toml $(BUILDER)
	rm -rf .venv-peers
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install pip==$(PIP_VERSION)
	.venv-peers/bin/python -m pip install --group peers
	@touch $@

# A wheel, not the source tree: whatever profile `.venv` has at the moment, the peers meet the release one.
$(STAMPS)/extension-peers: $(PEERS) $(RUST_SOURCES) $(shell find python -name '*.py')
	rm -rf .cache/wheel
	$(BIN)/maturin build --quiet --release --locked --out .cache/wheel --interpreter .venv-peers/bin/python
	.venv-peers/bin/python -m pip install --no-index --no-deps --force-reinstall .cache/wheel/veltrix-*.whl
	@touch $@

# Draws flame graphs. A tool beside the project, as perf is: nothing that is built or tested needs it.
$(INFERNO):
	cargo install --quiet --locked --no-track --version $(INFERNO_VERSION) --root .cache/inferno inferno

# All profiles put their extension at the same place; the stamp that stays says which one is there.
$(STAMPS)/extension-release: $(BUILDER) $(RUST_SOURCES)
	$(BIN)/maturin develop --quiet --locked --group build --release
	@rm -f $(IN_PLACE) && touch $@

$(STAMPS)/extension-dev: $(BUILDER) $(RUST_SOURCES)
	$(BIN)/maturin develop --quiet --locked --group build --profile dev
	@rm -f $(IN_PLACE) && touch $@

# The release code with its symbols.
$(STAMPS)/extension-profiling: $(BUILDER) $(RUST_SOURCES)
	$(BIN)/maturin develop --quiet --locked --group build --profile profiling
	@rm -f $(IN_PLACE) && touch $@
