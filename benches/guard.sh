#!/usr/bin/env bash
# The instruction guard: how many instructions the main paths take, against the kept baseline.
#
#   benches/guard.sh           fails if a path takes over 10 % more than benches/baseline.txt says, or if asking the
#                              rules of the stream allocates anything
#   benches/guard.sh --bless   measures and writes benches/baseline.txt; say in the commit why it moved
#
# Instructions are counted by valgrind's callgrind, so neither load nor clock matters. A path is run with two
# numbers of rounds and told by the difference, which leaves out what comes before the first round.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
"" | --bless) ;;
*)
  echo "benches/guard.sh knows --bless alone, not $1" >&2
  exit 2
  ;;
esac

paths=(laws hire every-rule draw denied replay stream stream-grants)
few=100
many=1100
baseline=benches/baseline.txt

if ! command -v valgrind >/dev/null; then
  echo "benches/guard.sh needs valgrind" >&2
  exit 2
fi
binary=$(cargo bench --locked --features cli --bench counted --no-run 2>&1 | sed -n 's/.*Executable .*(\(.*\))/\1/p')
test -x "$binary"

counted() { # PATH ROUNDS
  local out
  out=$(mktemp)
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" "$1" "$2" >/dev/null 2>"$out" || {
    cat "$out" >&2
    exit 2
  }
  sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$out"
  rm "$out"
}

allocations() { # PATH ROUNDS
  local out
  out=$(mktemp)
  valgrind --tool=callgrind --callgrind-out-file="$out" "$binary" "$1" "$2" >/dev/null 2>&1
  # A call is `cfn=(NUMBER) NAME`, the name at its first mention alone, and `calls=HOW_OFTEN …` after it.
  awk '
    /^c?fn=\([0-9]+\) (malloc|realloc|calloc)$/ { split($1, id, /[()]/); wanted[id[2]] = 1 }
    /^cfn=/ { split($1, id, /[()]/); callee = id[2] }
    /^calls=/ { split($1, often, "="); sums[callee] += often[2] }
    END { for (one in wanted) sum += sums[one]; print sum + 0 }
  ' "$out"
  rm "$out"
}

made=$(($(allocations stream "$many") - $(allocations stream "$few")))
if [ "$made" != 0 ]; then
  echo "stream: $made allocations in $((many - few)) requests that the rules are asked about; there may be none" >&2
  exit 1
fi

measured=$(
  for path in "${paths[@]}"; do
    # A replay goes over a whole journal each round: a few rounds are enough.
    if [ "$path" = replay ]; then from=1 to=3; else from=$few to=$many; fi
    echo "$path $((($(counted "$path" "$to") - $(counted "$path" "$from")) / (to - from)))"
  done
)

if [ "${1:-}" = --bless ]; then
  {
    echo "# Instructions a round, by path; moved on purpose with benches/guard.sh --bless. $(rustc --version)"
    echo "$measured"
  } >"$baseline"
  cat "$baseline"
  exit 0
fi

echo "$measured" | awk -v baseline="$baseline" '
  BEGIN { while ((getline line < baseline) > 0) { split(line, part, " "); kept[part[1]] = part[2] } }
  {
    if (!($1 in kept)) { printf "%-12s %10d instructions a round, no baseline\n", $1, $2; bad = 1; next }
    change = ($2 - kept[$1]) * 100 / kept[$1]
    printf "%-12s %10d instructions a round, baseline %d, %+.1f %%\n", $1, $2, kept[$1], change
    if (change > 10) bad = 1
  }
  END { if (bad) { print "a path grew by more than 10 %, or has no baseline: benches/guard.sh --bless moves it"; exit 1 } }
'
