#!/usr/bin/env bash
# The acceptance run on containers: builds the image, starts a cluster, trains, scales, kills, cuts off, restarts. Each job must end with weights of
# the SHA-256 of an undisturbed training in one process. Logs each step and how long each recovery took, and cleans up after itself.
#
#   docker/test.sh            everything, about ten minutes on two cores
#   docker/test.sh --short    build (not compiled ahead, which takes two minutes), start, scale, one kill of each kind: about four minutes
#
# Exit codes: 0 passed, 77 skipped (no Docker Engine; the reason is printed), 1 otherwise.
# COMPOSE_OVERRIDE names a file merged over compose.yaml, for a machine that cannot pull images; TEST_IMAGE an existing image to test instead of
# building one; TEST_EPOCHS sets the length of the jobs; TEST_PATIENCE multiplies every bound, for a busy machine.
set -uo pipefail
export LC_ALL=C # a point in numbers
cd "$(dirname "$0")"

short=
[ "${1:-}" = --short ] && short=1
export COMPOSE_PROJECT_NAME="distributed-test-$$" DISTRIBUTED_IMAGE="${TEST_IMAGE:-distributed-test:$$}" WORKER_THREADS=1
work="$(mktemp -d)"
export DISTRIBUTED_SECRETS="$work/secrets"
feed="$work/feed" # the job's events, each line with the time of its arrival
recoveries=()
watcher=
begin=$SECONDS
patience=${TEST_PATIENCE:-1}
limit=$((patience * $([ -n "$short" ] && echo 420 || echo 1500))) # seconds of the whole run
epochs=${TEST_EPOCHS:-$([ -n "$short" ] && echo 1200 || echo 3000)}

compose() { docker compose -f compose.yaml ${COMPOSE_OVERRIDE:+-f "$COMPOSE_OVERRIDE"} --env-file /dev/null "$@"; }
say() { printf '[%4ds] %s\n' $((SECONDS - begin)) "$*"; }
skip() { echo "skipped: $*"; exit 77; }
fail() {
  say "FAILED: $*"
  compose ps --all 2>/dev/null
  compose logs --no-color --no-log-prefix=false --tail 25 2>/dev/null | cut -c1-300
  tail -3 "$feed" 2>/dev/null
  exit 1
}

clean_up() {
  [ -n "$watcher" ] && kill "$watcher" 2>/dev/null
  docker rm -f "$COMPOSE_PROJECT_NAME-other" >/dev/null 2>&1
  compose --profile console down --volumes --remove-orphans --timeout 5 >/dev/null 2>&1
  [ -n "${TEST_IMAGE:-}" ] || docker image rm "$DISTRIBUTED_IMAGE" >/dev/null 2>&1
  rm -rf "$work"
}

docker info >/dev/null 2>&1 || skip "no Docker Engine answers here (docker info fails)"
docker compose version >/dev/null 2>&1 || skip "Docker Compose is missing (docker compose version fails)"
command -v curl >/dev/null || skip "curl is missing"
trap clean_up EXIT
trap 'exit 1' INT TERM

now() { printf '%s' "$EPOCHREALTIME"; }
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }
# until_true SECONDS WHAT COMMAND…: polls a condition, within a bound.
until_true() {
  local end=$((SECONDS + $1 * patience)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "$what did not happen in time"
    [ $((SECONDS - begin)) -lt "$limit" ] || fail "the whole run takes longer than $limit s"
    sleep 0.2
  done
}

# ---- the API ----
api() {
  local path=$1
  shift
  curl -sS --cacert "$work/authority.pem" --fail-with-body --max-time 20 -H "Authorization: Bearer $key" "$@" "$server$path"
}
field() { grep -oE "\"$1\":(\"[^\"]*\"|[^,}]*)" | head -1 | cut -d: -f2- | tr -d '"'; }

submit() {
  job=$(api /api/v1/jobs -H 'Content-Type: application/json' --data-binary @"$work/job.json") || fail "the job was not taken: $job"
  job=$(field id <<<"$job")
  : > "$feed"
  follow "$job" &
  watcher=$!
  until_true 60 "the first step of $job" passes 1
}

# Records a job's events until it ends; a broken stream is reopened.
follow() {
  trap 'kill $(jobs -p) 2>/dev/null' EXIT
  until grep -q '"outcome"' "$feed"; do
    while read -r line; do
      case $line in data:*) printf '%s %s\n' "$EPOCHREALTIME" "${line#data: }" >> "$feed" ;; esac
    done < <(curl -sN --cacert "$work/authority.pem" -H "Authorization: Bearer $key" "$server/api/v1/jobs/$1/events")
    sleep 0.2
  done
}

step() { grep -o '"step":[0-9]*' "$feed" | tail -1 | cut -d: -f2; }
passes() { [ "$(step)" -ge "$1" ] 2>/dev/null; }
has_ended() { grep -q '"outcome"' "$feed"; }
workers_are() { [ "$(grep -o '"workers":[0-9]*' "$feed" | tail -1)" = "\"workers\":$1" ]; }
# Asks the engine, not Compose, which takes a third of a second of a core each time and would slow a recovery on few cores.
# The service that makes the certificates has ended, as it should.
all_healthy() {
  local states
  states=$(docker ps --all --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --filter label=com.docker.compose.oneoff=False --format '{{.Names}} {{.Status}}') &&
    [ -n "$states" ] && ! grep -v -e '-certificates-1 Exited (0)' <<<"$states" | grep -qv '(healthy)$'
}

# Compares a finished job's weights with the undisturbed run's.
check_hash() {
  grep -qi '"outcome":"completed"' "$feed" || fail "$job ended otherwise: $(grep '"outcome"' "$feed" | tail -1)"
  local hash
  # For some seconds after the database's death the API answers 503, to come again.
  hash=$(api "/api/v1/jobs/$job/model/model.json?checkpoint=last" --retry 20 --retry-max-time 60 | tr -d ' \n' | field weightsSha256)
  [ "$hash" = "$expected" ] || fail "$job ended with the weights $hash, the undisturbed run with $expected"
  finished=$((finished + 1))
  say "$job has the weights of the undisturbed run"
}

# A job must be running whenever the cluster is disturbed.
need_job() {
  if has_ended; then
    wait "$watcher"
    check_hash
    submit
  fi
}

# The longest time since a moment without a report of more steps.
standstill() {
  awk -v from="$1" '$1 >= from && match($0, /"step":[0-9]+/) {
      step = substr($0, RSTART + 7, RLENGTH - 7) + 0
      if (step != last) { if ($1 - at > longest) longest = $1 - at; at = $1; last = step } }
    BEGIN { at = from } END { printf "%.1f", longest }' "$feed"
}

# disturb WHAT COMMAND…: runs the command, waits until the job makes steps again and every container is healthy.
disturb() {
  local what=$1 from at
  shift
  need_job
  say "$what"
  from=$(now)
  "$@" >"$work/out" 2>&1 || fail "$what: $(cat "$work/out")"
  lines=$(wc -l < "$feed")
  until_true 90 "a step after: $what" goes_on
  at=$(since "$from")
  until_true 120 "health after: $what" all_healthy
  recoveries+=("$(printf '%-58s next step after %5s s, longest standstill %5s s, all healthy after %5s s' "$what" "$at" "$(standstill "$from")" "$(since "$from")")")
  say "${recoveries[-1]}"
}
# Two different steps were reported since then, or the job's end.
goes_on() { has_ended || [ "$(tail -n +$((lines + 1)) "$feed" | grep -o '"step":[0-9]*' | sort -u | wc -l)" -ge 2 ]; }

container() { printf '%s-%s-%s' "$COMPOSE_PROJECT_NAME" "$1" "${2:-1}"; }
# Kills the process: the engine sees a dead program and restarts it, by the restart policy.
kill_process() {
  local name pid
  name=$(container "$@")
  pid=$(docker inspect -f '{{.State.Pid}}' "$name")
  [ "${pid:-0}" -gt 1 ] && kill -9 "$pid" || return 1 # the process of a stopped container is 0, which would mean this script
  until_true 20 "the engine's notice of a death" is_another_process "$name" "$pid" # until then it reports all healthy
}
is_another_process() { [ "$(docker inspect -f '{{.State.Pid}}' "$1")" != "$2" ]; }
# Kills the container: it stays away until it is started.
kill_and_return() {
  docker kill "$(container "$1" "$2")" && sleep "$3" && compose up -d --no-build --no-recreate
}
freeze() { docker pause "$(container "$1" "$2")" && sleep "$3" && docker unpause "$(container "$1" "$2")"; }
cut_off() {
  local network="${COMPOSE_PROJECT_NAME}_cluster"
  docker network disconnect "$network" "$(container "$1" "$2")" && sleep "$3" && docker network connect --alias "$1" "$network" "$(container "$1" "$2")"
}
# Another container takes its address while it is away, so it returns with a new one.
move_address() {
  local before after network="${COMPOSE_PROJECT_NAME}_cluster"
  before=$(address_of coordinator)
  docker kill "$(container coordinator)" &&
    docker run -d --pull never --name "$COMPOSE_PROJECT_NAME-other" --network "$network" --entrypoint sleep "$DISTRIBUTED_IMAGE" 600 &&
    compose up -d --no-build --no-recreate || return 1
  after=$(address_of coordinator)
  echo "address before $before, after $after"
  [ "$before" != "$after" ]
}
address_of() { docker inspect -f "{{(index .NetworkSettings.Networks \"${COMPOSE_PROJECT_NAME}_cluster\").IPAddress}}" "$(container "$1")"; }
restart_one_by_one() {
  local name
  for name in $(compose ps --format '{{.Name}}' | grep -v postgres); do
    docker restart --time 40 "$name" || return 1
    until_true 90 "health of $name" all_healthy
  done
}

# Scales, and reports how long after its start the newest container computed.
scale() {
  local from started counted newest
  need_job
  say "scale: $1 workers"
  from=$(now)
  compose up -d --no-build --no-recreate --scale "worker=$1" worker >"$work/out" 2>&1 || fail "scaling to $1: $(cat "$work/out")"
  until_true 90 "$1 workers that compute" eval "has_ended || workers_are $1"
  has_ended && return 0
  newest=$(container worker "$1")
  started=$(date -d "$(docker inspect -f '{{.State.StartedAt}}' "$newest")" +%s.%N)
  counted=$(awk -v w="\"workers\":$1[,}]" -v from="$from" '$1 >= from && $0 ~ w { print $1; exit }' "$feed")
  recoveries+=("$(awk -v n="$1" -v s="$started" -v c="$counted" -v f="$from" 'BEGIN {
    printf "%-58s all compute %5.1f s after the command", "scale to " n " workers", c - f
    if (c > s && s > f) printf ", %.1f s after the newest container'"'"'s start" , c - s }')")
  say "${recoveries[-1]}"
}

# ---- the run ----
at=$(now)
if [ -z "${TEST_IMAGE:-}" ]; then
  say "building the image"
  compose build --quiet ${short:+--build-arg READY_TO_RUN=false} certificates >"$work/build" 2>&1 || fail "the image was not built: $(tail -30 "$work/build")"
fi
layers=$(docker history --format '{{.Size}} {{.CreatedBy}}' --human=false "$DISTRIBUTED_IMAGE" | awk '/\/(app|data) /{ sum += $1 } END { printf "%.1f", sum / 1e6 }')
say "the image is there after $(since "$at") s; our layers: $layers MB above the base image"
awk -v mb="$layers" 'BEGIN { exit !(mb > 0 && mb <= 120) }' || fail "our layers are larger than 120 MB"

say "an undisturbed training in one process"
printf '{"data":"digits","hidden":[128,64],"batch":240,"shard":8,"dropout":0.1,"epochs":%d,"seed":7}\n' "$epochs" > "$work/job.json"
chmod 755 "$work" && chmod 644 "$work/job.json"
at=$(now)
expected=$(docker run --rm --network none --tmpfs /tmp -v "$work/job.json:/job.json:ro" --entrypoint dtrain "$DISTRIBUTED_IMAGE" \
  train --job /job.json --json --store /tmp/store.db --out /tmp/runs 2>"$work/err" | field weightsSha256)
[ -n "$expected" ] || fail "the undisturbed training gave no weights: $(cat "$work/err")"
say "weights $expected after $(since "$at") s"

./secrets.sh >/dev/null || fail "no secrets"
key=$(cat "$DISTRIBUTED_SECRETS/api-key")
# Chooses a free port: one picked by the engine would change with every restart of the container.
HTTP_PORT=
until [ -n "$HTTP_PORT" ] && ! (: < "/dev/tcp/127.0.0.1/$HTTP_PORT") 2>/dev/null; do HTTP_PORT=$((20000 + RANDOM % 12000)); done
export HTTP_PORT
say "up, with the image built"
at=$(now)
compose up -d --no-build --wait --wait-timeout $((120 * patience)) >"$work/out" 2>&1 || fail "up: $(tail -20 "$work/out")"
ready=$(since "$at")
recoveries+=("$(printf '%-58s ready after %5s s' "up with built images" "$ready")")
say "${recoveries[-1]}"
server="https://127.0.0.1:$HTTP_PORT"
compose cp coordinator:/certificates/authority.pem "$work/authority.pem" >/dev/null || fail "there is no authority"
until_true 30 "an answer of the gateway" eval 'curl -sf --cacert "$work/authority.pem" --max-time 5 "$server/health/ready" >/dev/null'

say "a job that no container can hold is refused when it is submitted"
refused=$(api /api/v1/jobs -H 'Content-Type: application/json' --data-binary '{"data":"digits","hidden":[65536,1400],"epochs":1}' 2>/dev/null)
[ "$(field status <<<"$refused")" = 422 ] && grep -q 'does not fit into memory' <<<"$refused" || fail "a job that is too large was not refused: $refused"

finished=0
submit
say "$job is under way"
until_true 60 "2 workers that compute" eval "has_ended || workers_are 2"
scale 1
scale 4
scale 2
disturb "a worker's process killed" kill_process worker 1
disturb "a parameter server's process killed" kill_process parameter-server 1
disturb "the coordinator's process killed" kill_process coordinator 1
disturb "the database's process killed" kill_process postgres 1
if [ -z "$short" ]; then
  disturb "a worker away for 15 s" kill_and_return worker 2 15
  disturb "a parameter server away for 20 s" kill_and_return parameter-server 2 20
  disturb "the coordinator away for 20 s" kill_and_return coordinator 1 20
  disturb "the database away for 15 s" kill_and_return postgres 1 15
  disturb "a worker frozen for 15 s" freeze worker 1 15
  disturb "a worker cut off for 20 s" cut_off worker 2 20
  disturb "a parameter server cut off for 20 s" cut_off parameter-server 1 20
  disturb "the coordinator comes back with another address" move_address
  disturb "everything restarted at once" compose restart --timeout 40
  disturb "every node restarted, one after the other" restart_one_by_one
fi
has_ended || until_true 300 "the end of $job" has_ended
wait "$watcher"
check_hash

say "the console's container submits a job and follows it"
options=(--data digits --epochs 5 --seed 3 --json)
followed=$(compose run --rm -T console submit "${options[@]}" --follow 2>"$work/err" | field weightsSha256) # in the last event
alone=$(docker run --rm --network none --tmpfs /tmp --entrypoint dtrain "$DISTRIBUTED_IMAGE" \
  train "${options[@]}" --store /tmp/store.db --out /tmp/runs 2>>"$work/err" | field weightsSha256)
[ -n "$followed" ] && [ "$followed" = "$alone" ] ||
  fail "the console's job ended with the weights '$followed', one process with '$alone': $(cat "$work/err")"

echo
echo "what was measured ($(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)):"
printf '  %s\n' "${recoveries[@]}"
echo "  image: $layers MB above its base; $finished jobs ended with the weights of the undisturbed run"
[ -n "$short" ] || awk -v r="$ready" 'BEGIN { exit !(r < 30) }' || fail "up took $ready s, more than 30"
say "passed"
