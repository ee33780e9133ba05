# A thin front: everything it calls can be called by hand, and CMakePresets.json is the build.
#
#   make run ARGS="--clock-speed 60"     make test STAGES="format tidy"
ARGS ?=
STAGES ?=

.PHONY: help build run test soak sdk bench loadtest format lint k8s-check image-check clean
.DEFAULT_GOAL := help

help: ## Show this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

build: ## Install the packages that are missing and build the release
	@deploy/dev/build

run: ## Build, start a server with its own PostgreSQL and play the sample day (ARGS="--help" lists options)
	@deploy/dev/run $(ARGS)

test: ## Run everything that must hold (STAGES="format tidy" runs only these stages)
	@deploy/dev/test $(STAGES)

soak: ## Run random commands and the simulation for half an hour (COMMANDS=10000000 RUNS=2000)
	@deploy/dev/soak

sdk: ## Make the SDKs of Python, Go, TypeScript and Java in build/sdk (ARGS="python go" makes these)
	@deploy/dev/install-packages sdk
	@deploy/dev/sdk $(ARGS)

bench: ## Build the release and run the benchmarks
	@deploy/dev/bench $(ARGS)

loadtest: ## Build, install ghz and put a short load on a server of its own (ARGS="--seconds 60 get_ticket")
	@deploy/dev/loadtest $(ARGS)

format: ## Format the sources in place
	@deploy/dev/format

lint: ## Check format, house rules, protos and clang-tidy
	@deploy/dev/test packages format tidy protos lint

k8s-check: ## Check the Kubernetes manifests and the Helm chart
	@deploy/dev/k8s-check $(ARGS)

image-check: ## Build and run the container image, without a container engine (root)
	@deploy/dev/image-check $(ARGS)

clean: ## Remove everything that was built
	@rm -rf build
