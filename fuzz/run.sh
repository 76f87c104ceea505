#!/usr/bin/env bash
# Runs every fuzz target for a minute (SECONDS_EACH), 100,000 inputs at a time, each time from another seed.
set -euo pipefail
cd "$(dirname "$0")"
cargo build --release
for target in src/bin/*.rs; do
    program="${CARGO_TARGET_DIR:-target}/release/$(basename "$target" .rs)"
    seed=${SEED:-1}
    for ((SECONDS = 0; SECONDS < ${SECONDS_EACH:-60}; seed++)); do
        "$program" 100000 "$seed"
    done
done
