#!/bin/sh
# Runs every fuzz target for ITERATIONS inputs (a million if not set), from SEED (1 if not set).
set -eu
cd "$(dirname "$0")"
cargo build --release
for target in src/bin/*.rs; do
    "${CARGO_TARGET_DIR:-target}/release/$(basename "$target" .rs)" "${ITERATIONS:-1000000}" "${SEED:-1}"
done
