#!/usr/bin/env bash
# Uploads start a job, a schedule starts a job, an end calls back: on the service that `bep` finds, `./run serve` say.
#
# 1. An endpoint with a model, and the rules of its inbox.
# 2. Six files are dropped there by two clients, then the marker; one job scores exactly those.
# 3. A schedule that is due each night is run at once.
# 4. A receiver on this machine is called back when the job of another dropped file ends.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bep() { "$here/../../run" bep "$@"; }
work=$(mktemp -d)
receiver=
clean_up() {
  [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
  [ ! -e "$work/url" ] || bep webhook delete -e fares-by-event -n called --yes || true
  rm -rf "$work"
}
trap clean_up EXIT

echo "== An endpoint, and the rules of its inbox"
bep batch-endpoint create --file "$here/endpoint.yml" -o none
bep batch-deployment create --file "$here/deployment.yml" --set-default -o none
bep watch create --file "$here/inbox.yml" -o table

echo "== Drop files"
inbox=workspaceinbox/fares-by-event
trips=$here/../sdk/taxi/trips
before=$(bep watch show -e fares-by-event -n inbox --query gathering.batches)
drop() { bep storage blob upload-batch -d "$inbox" -s "$trips" --pattern "$1" --overwrite -o none; }
drop 'trips-[0-2].csv' &
drop 'trips-[3-5].csv'
wait $!
touch "$work/_SUCCESS"
bep storage blob upload -c "$inbox" -f "$work/_SUCCESS" --overwrite -o none

echo "== See the job"
tries=0
while [ "$(bep watch show -e fares-by-event -n inbox --query gathering.batches)" = "$before" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ]; then
    bep watch show -e fares-by-event -n inbox --query gathering >&2
    exit 1
  fi
  sleep 1
done
job=$(bep watch show -e fares-by-event -n inbox --query gathering.last_job -o tsv)
bep job stream --name "$job" -o none
bep job receipt --name "$job" --query "{verdict: verdict, files: batch.files[].name}" -o yaml
bep job receipt --name "$job" --query "batch.files[].name" -o tsv >"$work/scored"
(cd "$trips" && printf 'fares-by-event/%s\n' *.csv) | diff - "$work/scored"
echo "One job scored exactly the files that were dropped: $job"

echo "== By the clock"
bep schedule create --file "$here/nightly.yml" -o table
job=$(bep schedule trigger --name fares-nightly --query job_name -o tsv)
bep job stream --name "$job" -o none
bep job show --name "$job" --query "{status: status, rows: progress.rows}" -o yaml

echo "== Be called back"
"$here/../../.venv/bin/python" "$here/receiver.py" "$work" &
receiver=$!
until [ -e "$work/url" ]; do
  kill -0 "$receiver"
  sleep 0.1
done
bep webhook create --file "$here/called.yml" --set "url=$(cat "$work/url")" \
  --query secret -o tsv >"$work/secret"
drop 'trips-0.csv'
bep storage blob upload -c "$inbox" -f "$work/_SUCCESS" --overwrite -o none
wait "$receiver"
receiver=
bep webhook deliveries -e fares-by-event -n called -o table
