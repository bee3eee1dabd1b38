# Photobridge. `make help` lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# PORT is the first of ten ports in a row, or twelve under `make watch`. HOST is this
# machine's address for phones and desktops.
PORT ?= 8787
HOST ?= 127.0.0.1
DATA ?= .local

# Node 24 comes with the npm packages; the one on this machine only installs it.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export WRANGLER_SEND_METRICS := false
export CLOUDFLARE_CF_FETCH_ENABLED := false
export PORT HOST DATA

WASM := GOOS=js GOARCH=wasm
WASM_BUILD := $(WASM) go build -trimpath -ldflags='-s -w'
# Without inlining, the engine is 50 KB of brotli smaller and the pure codecs are 13 KB smaller. Packages that loop over
# pixels stay inlined. If several patterns match a package, the last one counts.
# TIFF and GIF are 5 KB larger with inlining, and not faster.
LEAN := -gcflags=all=-l
INLINED := $(foreach p,github.com/clinicpro/photobridge/wasm image compress golang.org/x/image,-gcflags=$(p)/...=) \
	-gcflags=golang.org/x/image/tiff=-l -gcflags=image/gif=-l
WASM_TEST := $(WASM) go test -exec="$$(go env GOROOT)/lib/wasm/go_js_wasm_exec"

# The race detector needs a C compiler.
RACE = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

go_files = $(shell find $(1) -name '*.go' -not -name '*_test.go' 2>/dev/null)
web_files = $(shell find $(1) -type f -not -name '*.test.ts*' 2>/dev/null)

NODE := node_modules/.package-lock.json
EDGE := build/edge.wasm
EDGE_NAMED := build/edge.named.wasm
ENGINE := build/engine.wasm
PURE := build/purecodec.wasm
LOCAL := build/local
PHONE := web/dist/mobile.html
HEADERS := web/dist/_headers
WIDGET := web/dist/widget.js
WIDGET_PACKAGE := build/widget/package.json
MANIFEST := build/custom-elements.json
STATICCHECK := build/staticcheck
REVIVE := build/revive
DEPGUARD := build/depguard
GOVULNCHECK := build/govulncheck
GREMLINS := build/gremlins
STRYKER := tools/node_modules/.package-lock.json
HOSTS_NODE := e2e/hosts/node_modules/.package-lock.json
HOSTS := build/hosts/next.log
API_PAGE := web/dist/docs/api.html
HOST_PAGE := build/host/index.html
GALLERY := build/gallery/phone.html
DESK_PAGE := build/desk/desk.html
GATEWAY := build/photobridge-gateway
GO_FOLDERS := $(wildcard bench docs e2e edge gateway harness local model shared wasm)

##@ Every day

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=$(PORT) moves all ports together; HOST=<LAN address> lets a real phone join."

.PHONY: dev
dev: STORAGE = http://$(HOST):* https://$(HOST):*
dev: build $(API_PAGE) ## everything on this machine, no account: prints the links of the desktop, the phone, Evolution's toolbar and SMART
	@exec $(LOCAL) -- wrangler dev --ip $(HOST) --port $(PORT) --inspector-port $$(($(PORT) + 6)) \
		--env-file $(DATA)/dev.env --show-interactive-dev-session=false --log-level warn

.PHONY: watch
watch: build $(API_PAGE) ## make dev from the sources: a changed page shows within seconds, a changed Go file is rebuilt
	@ALLOWED_ORIGINS="$(ALLOWED_ORIGINS),http://$(HOST):$$(($(PORT) + 11))" exec $(LOCAL) -- node scripts/watch.mjs

.PHONY: check
check: checks test-quick ## before every commit, below 3 minutes on two cores once all is installed

.PHONY: checks
checks: generated build vet staticcheck lint types sizes

.PHONY: demo
demo: build browser ## plays the main path by itself, desktop and phone side by side, and films it; FILM=e2e/out/demo/demo.png
	playwright test --config e2e/playwright.config.ts --project=demo

.PHONY: test
test: readers browser engines checks test-units soak test-e2e ## every test there is; installs what it needs

##@ Build

.PHONY: build
build: $(NODE) $(EDGE) $(PHONE) $(HEADERS) $(WIDGET) $(HOST_PAGE) $(DESK_PAGE) $(GATEWAY) $(LOCAL) ## everything that has changed

$(NODE): package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build/wasm_exec.js: go.mod
	@mkdir -p build
	cp "$$(go env GOROOT)/lib/wasm/wasm_exec.js" $@

$(EDGE): $(call go_files,edge shared) $(wildcard edge/upstash/lua/*.lua) shared/bodysites.json go.mod go.sum build/wasm_exec.js
	$(WASM_BUILD) -o $@ ./edge

$(ENGINE): $(call go_files,wasm shared) shared/bodysites.json go.mod go.sum build/wasm_exec.js
	$(WASM_BUILD) $(LEAN) -o $@ ./wasm

$(PURE): $(call go_files,wasm/purecodec wasm/photo wasm/jpeg shared) shared/bodysites.json go.mod go.sum build/wasm_exec.js
	$(WASM_BUILD) $(LEAN) $(INLINED) -o $@ ./wasm/purecodec

$(PHONE): $(call web_files,web/src/phone web/src/frame wasm/browser web/src/api web/src/contract web/src/strings web/public) \
		$(wildcard web/src/*.ts) web/mobile.html web/frame.html web/vite.phone.ts shared/bodysites.json $(ENGINE) $(PURE) $(NODE)
	rm -rf web/dist/assets
	vite build --config web/vite.phone.ts --logLevel warn
	@touch $@

# Checked every time, because the file contains the storage's address, which differs between `make dev` and a deployment.
.PHONY: headers
headers:
$(HEADERS): fill = sed 's| *{STORAGE}|$(if $(STORAGE), $(STORAGE))|' web/_headers
$(HEADERS): headers web/_headers | $(PHONE)
	@$(fill) | cmp -s - $@ || $(fill) >$@

$(WIDGET): $(call web_files,web/src/widget web/src/api web/src/contract web/src/strings) \
		$(wildcard web/src/*.ts) web/vite.widget.ts shared/bodysites.json $(NODE)
	rm -rf web/dist/widget
	vite build --config web/vite.widget.ts --logLevel warn
	@touch $@

.PHONY: widget-package
widget-package: $(WIDGET_PACKAGE) ## the widget as an npm package in build/widget, and its tarball

$(MANIFEST): web/src/widget/element.tsx $(call web_files,web/src/widget) tools/custom-elements.config.mjs $(NODE)
	custom-elements-manifest analyze --quiet --config tools/custom-elements.config.mjs

$(WIDGET_PACKAGE): $(WIDGET) $(MANIFEST) web/tsconfig.widget.json web/vite.package.ts scripts/widget-package.mjs LICENSE
	rm -rf build/types build/widget build/photobridge-widget-*.tgz
	vite build --config web/vite.package.ts --logLevel warn
	vite build --config web/vite.package.ts --logLevel warn --mode classic
	tsc --project web/tsconfig.widget.json
	node scripts/widget-package.mjs
	cd build/widget && npm pack --silent --pack-destination .. >/dev/null

# shared/openapi.yaml as a page of the edge. `make deploy` leaves it out.
$(API_PAGE): $(wildcard docs/api/*) shared/openapi.yaml $(NODE)
	@mkdir -p web/dist/docs
	cp node_modules/swagger-ui-dist/{swagger-ui-bundle.js,swagger-ui.css} docs/api/api.js shared/openapi.yaml web/dist/docs/
	cp docs/api/index.html $@

# Example host apps: their packages, and the widget's tarball as npm installs it.
$(HOSTS_NODE): e2e/hosts/package-lock.json $(WIDGET_PACKAGE)
	cd e2e/hosts && npm ci --no-audit --no-fund --loglevel=error
	cd e2e/hosts && npm install --no-save --no-audit --no-fund --loglevel=error \
		../../build/photobridge-widget-*.tgz
	@touch $@

.PHONY: hosts
hosts: $(HOSTS) ## a React, a Vue and a Next.js app and a plain page that use the widget's tarball

$(HOSTS): $(HOSTS_NODE) $(wildcard e2e/hosts/*.* e2e/hosts/*/*.* e2e/hosts/next/app/*)
	vite build --config e2e/hosts/vite.config.mjs --logLevel warn --mode react
	vite build --config e2e/hosts/vite.config.mjs --logLevel warn --mode vue
	NEXT_TELEMETRY_DISABLED=1 e2e/hosts/node_modules/.bin/next build e2e/hosts/next >build/hosts/next.log
	@touch $@

$(HOST_PAGE): $(call web_files,web/src/host) web/vite.host.ts $(NODE)
	vite build --config web/vite.host.ts --logLevel warn
	@touch $@

# A separate module, because its S3 server takes minutes to build the first time.
$(LOCAL): $(call go_files,local shared) local/go.mod local/go.sum
	@mkdir -p build
	cd local && go build -o ../$@ .

# The screens with invented data, for make gallery and its test.
$(GALLERY): $(call web_files,web/src) web/vite.gallery.ts shared/testdata/grant.json $(NODE)
	vite build --config web/vite.gallery.ts --logLevel warn
	@touch $@

.PHONY: gateway
gateway: $(GATEWAY) $(DESK_PAGE) ## the gateway for a practice's server: build/photobridge-gateway and build/desk

$(GATEWAY): $(call go_files,gateway shared) shared/bodysites.json go.mod go.sum
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o $@ ./gateway

# The page, the widget that it imports, and the files that the widget loads on demand.
$(DESK_PAGE): $(call web_files,web/src/desk web/src/api web/src/contract web/src/strings) \
		$(wildcard web/src/*.ts) web/vite.desk.ts web/public/icons/icon.svg $(WIDGET) $(NODE)
	vite build --config web/vite.desk.ts --logLevel warn
	cp -r $(WIDGET) web/dist/widget web/public/icons/icon.svg build/desk/assets/
	@touch $@

.PHONY: sizes
sizes: build widget-package ## sizes of what is deployed and published, compared with the budgets
	@node scripts/sizes.mjs

.PHONY: generate
generate: $(MANIFEST) ## codecs, TypeScript types and OpenAPI schemas from the messages' structs, the widget's tables from its comments
	go run ./shared/generate
	node scripts/widget-docs.mjs

.PHONY: generated
generated: $(MANIFEST)
	go run ./shared/generate -check
	node scripts/widget-docs.mjs --check

##@ Test

.PHONY: vet
vet: ## go vet, natively and for WebAssembly
	go vet ./...
	$(WASM) go vet ./shared/... ./edge/... ./wasm/...
	cd local && go vet ./...

$(STATICCHECK): tool = honnef.co/go/tools/cmd/staticcheck
$(REVIVE): tool = github.com/mgechev/revive
$(DEPGUARD): tool = github.com/OpenPeeDeeP/depguard/v2/cmd/depguard
$(GOVULNCHECK): tool = golang.org/x/vuln/cmd/govulncheck
$(GREMLINS): tool = github.com/go-gremlins/gremlins/cmd/gremlins
$(STATICCHECK) $(REVIVE) $(DEPGUARD) $(GOVULNCHECK) $(GREMLINS): tools/go.mod tools/go.sum
	@mkdir -p build
	go build -modfile=tools/go.mod -o $@ $(tool)

.PHONY: staticcheck
staticcheck: $(STATICCHECK) ## staticcheck, natively and for WebAssembly
	$(STATICCHECK) ./...
	$(WASM) $(STATICCHECK) ./shared/... ./edge/... ./wasm/...
	cd local && ../$(STATICCHECK) ./...

.PHONY: lint
lint: lint-go lint-web lint-imports ## format, names, plain words, sizes of files and functions, and which folder may import which

# Files named *_js.go are only checked with GOOS=js.
.PHONY: lint-go
lint-go: $(REVIVE) $(DEPGUARD)
	@unformatted=$$(gofmt -l $(GO_FOLDERS)); \
		if [ -n "$$unformatted" ]; then echo "run make format for: $$unformatted"; exit 1; fi
	$(REVIVE) -config tools/revive.toml ./...
	$(DEPGUARD) ./...
	$(WASM) $(DEPGUARD) ./edge/... ./wasm/...
	cd local && ../$(DEPGUARD) ./...

.PHONY: lint-web
lint-web: $(NODE)
	biome check --error-on-warnings
	node scripts/lines.mjs
	node scripts/words.ts

# Checks that the rules refuse forbidden imports.
.PHONY: lint-imports
lint-imports: $(NODE) $(DEPGUARD)
	@node scripts/imports.mjs

.PHONY: format
format: $(NODE) ## formats all Go, TypeScript and CSS
	gofmt -w $(GO_FOLDERS)
	biome format --write

.PHONY: types
types: $(NODE) ## the type check of all TypeScript, once for each environment
	tsc # Node: tests and tools
	tsc --project web/tsconfig.json # the pages
	tsc --project wasm/browser/tsconfig.worker.json
	tsc --project web/tsconfig.serviceworker.json

.PHONY: test-quick
test-quick: $(NODE) $(WIDGET_PACKAGE) ## unit tests that start nothing
	go test -short ./...
	vitest run --project web --project tools

.PHONY: test-units
test-units: build widget-package ## Go tests natively and under GOOS=js, and the unit tests of the web code
	go test ./...
	cd local && go test -short ./... && go test -short $(RACE) ./realtime ./redis
	$(WASM_TEST) ./shared ./shared/wire ./wasm/...
	vitest run

.PHONY: model
model: $(NODE) ## 10 000 random lives of the upload queue, of whole encounters and of a desktop's session, in simulated time; CHECKS=10000
	go test ./wasm/upload ./model -count=1 -v -timeout 60m -run 'QueueModel|SystemModel' -rapid.checks=$(or $(CHECKS),10000)
	CHECKS=$(or $(CHECKS),10000) vitest run --project web session.model

$(STRYKER): tools/package.json tools/package-lock.json
	cd tools && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: mutate
mutate: $(NODE) $(GREMLINS) $(STRYKER) ## changes the code in small ways and reports what no test notices; PACKAGE=edge/session or PACKAGE=web/src/phone/reducer.ts
	@scripts/mutate/main.sh $(PACKAGE)

.PHONY: soak
soak: ## 200 realtime channels, 1 000 subscribers, 10 000 messages: none lost, none twice, memory back
	cd local && go test $(RACE) -count=1 -v -run Soak ./realtime

.PHONY: test-e2e
test-e2e: build hosts browser engines $(GALLERY) ## real browsers against the whole thing
	playwright test --config e2e/playwright.config.ts --project=chromium --project=firefox --project=webkit --workers=2
	playwright test --config e2e/playwright.config.ts --project=measures

.PHONY: chaos
chaos: build browser ## photos through every fault of edge, storage, network and phone, while a desktop removes and corrects; PHOTOS_COUNT=1000 SEED=1
	playwright test --config e2e/playwright.config.ts --project=chaos

.PHONY: gallery
gallery: browser $(GALLERY) ## photographs every state of phone, widget and desk in each size and scheme: build/gallery/pictures/*.html
	GALLERY=build/gallery/pictures playwright test --config e2e/playwright.config.ts --project=chromium e2e/gallery.spec.ts

.PHONY: pictures
pictures: build browser $(GALLERY) ## takes the README's pictures, its film and the sheet of the phone's screens
	PICTURES=docs/pictures playwright test --config e2e/playwright.config.ts --project=chromium e2e/pictures.spec.ts
	FILM=docs/pictures/demo.png HEADLESS=1 playwright test --config e2e/playwright.config.ts --project=demo
	GALLERY=build/gallery/pictures playwright test --config e2e/playwright.config.ts --update-snapshots=all --project=chromium e2e/gallery.spec.ts

.PHONY: browser
browser: $(NODE) ## finds or installs Chromium
	@scripts/browser.sh >/dev/null

.PHONY: readers
readers: ## installs external programs that read the product's files back, if this machine allows it
	@scripts/readers.sh

.PHONY: engines
engines: ## installs Firefox and WebKit for the end-to-end tests, if this machine allows it
	@scripts/engines.sh install

##@ Dependencies

.PHONY: deps
deps: $(NODE) $(GOVULNCHECK) ## newer versions, licences and known vulnerabilities of what is used, Go and npm
	@node scripts/deps/main.ts

##@ Deploy

.PHONY: deploy
deploy: build ## bucket, worker, secrets and doctor; SECRETS names the file with the variables (docs/deploy.md)
	scripts/deploy.sh "$(SECRETS)"

##@ Measure

.PHONY: bench
bench: build browser ## measures every budget: a table, bench/out/report.json, bench/out/index.html; ROUNDS=3 PHOTOS=<folder> ONLY=edge,sizes
	node bench/report/main.ts

.PHONY: bench-check
bench-check: $(NODE) ## fails if that report misses a promise by more than its noise; times never fail the check
	@node bench/report/check.ts

.PHONY: bench-compress
bench-compress: build browser ## the engine against browser-image-compression in every browser there is, on the photos in PHOTOS; ROUNDS=5
	node bench/compress/main.ts

.PHONY: corpus
corpus: build browser ## compresses every file of a folder on both roads, compared with ImageMagick if it is installed; FOLDER=<folder>
	FOLDER=$(FOLDER) playwright test --config bench/corpus/playwright.config.ts

.PHONY: bench-edge
bench-edge: build ## the worker against the same calls in TypeScript with Hono, and what the runtime alone costs; ROUNDS=5 SECONDS=2
	node bench/edge/main.ts

.PHONY: bench-cold
bench-cold: build ## the first request of a new isolate: the worker, the same in TypeScript, and the runtime alone; ROUNDS=10
	node bench/edge/cold.ts

# With its functions' names, which the worker is deployed without.
$(EDGE_NAMED): $(EDGE)
	$(WASM) go build -trimpath -ldflags=-w -o $@ ./edge

.PHONY: profile-edge
profile-edge: build $(EDGE_NAMED) ## the functions that use the worker's processor time under one call's load; CALL=confirm SECONDS=5 WORKER=ours
	node bench/edge/profile.ts

.PHONY: bench-links
bench-links: build browser ## a good link and a poor one: one photo, 20 photos, requests and Redis commands a photo
	playwright test --config bench/links/playwright.config.ts

.PHONY: bench-scan
bench-scan: ## how fast photos are wrapped as TIFF and PDF: MB/s and allocations; ROUNDS=3
	go test ./gateway/scan -run='^$$' -bench=Scan -benchtime=300ms -count=$(or $(ROUNDS),3)

.PHONY: load
load: build ## hundreds of phones and desktops: no photo lost or doubled, and the requests for each; LOAD_ENCOUNTERS=200 LOAD_PHOTOS=20 LOAD_AT_ONCE=8
	go run ./bench/load -encounters $(or $(LOAD_ENCOUNTERS),200) -photos $(or $(LOAD_PHOTOS),20) -at-once $(or $(LOAD_AT_ONCE),8)

.PHONY: costs
costs: build ## writes docs/costs.md: the vendors' prices for 100, 1 000 and 100 000 GPs, and which limit comes first
	go run ./bench/load -encounters 25 -photos "$$(go run ./bench/costs -photos)" -report bench/out/costs.json
	go run ./bench/costs -counts bench/out/costs.json bench/out/costs.md docs/costs.md

##@ Clean

.PHONY: clean
clean: ## removes what was built
	rm -rf build web/dist e2e/out e2e/hosts/next/.next bench/out

.PHONY: clean-data
clean-data: ## empties the local cloud: objects, sessions, secrets
	rm -rf $(DATA)
