#!/bin/sh
# One harvest for cron. It prints one screen if the harvest fails and nothing otherwise, so cron sends mail only about failures.
# Arguments are passed to `scrapy harvest`. MIGRATION_ENV_FILE=/path names another environment file.
set -eu

cd "$(dirname "$0")/../.."
# Read line by line, not sourced, so that values are literal, as for systemd and containers.
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
        [A-Z]*=*) export "${line?}" ;;
    esac
done <"${MIGRATION_ENV_FILE:-/etc/migration-spider.env}"

said=$(mktemp)
trap 'rm -f "$said"' EXIT
.venv/bin/scrapy harvest --quiet "$@" >"$said" 2>&1 &
harvest=$!
# A signal for this script is passed on to the harvest, which then closes its files.
trap 'kill -TERM "$harvest"' HUP INT TERM
code=0
wait "$harvest" || code=$?
# A signal interrupts `wait`, not the harvest.
while kill -0 "$harvest" 2>/dev/null; do
    code=0
    wait "$harvest" || code=$?
done

case $code in
    0) ;;
    75) ;; # the previous harvest still runs: not a failure
    *) tail -n 100 "$said" ;;
esac
if [ "$code" -gt 128 ]; then # A killed harvest prints nothing itself.
    echo "NOT COMPLETE (exit code $code): killed by signal $((code - 128)), perhaps because memory was low; the next harvest goes on."
fi
exit "$code"
