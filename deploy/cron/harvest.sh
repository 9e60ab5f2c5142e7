#!/bin/sh
# One harvest for cron: nothing is printed, and so nothing mailed, unless it fails; then one screen. Arguments go to `scrapy harvest`.
# The environment file can be another: MIGRATION_ENV_FILE=/path.
set -eu

cd "$(dirname "$0")/../.."
# Read line by line, not sourced: values are literal, as they are to systemd and to containers.
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
        [A-Z]*=*) export "${line?}" ;;
    esac
done <"${MIGRATION_ENV_FILE:-/etc/migration-spider.env}"

said=$(mktemp)
trap 'rm -f "$said"' EXIT
.venv/bin/scrapy harvest --quiet "$@" >"$said" 2>&1 &
harvest=$!
# Whoever ends this script means the harvest, which then closes its files.
trap 'kill -TERM "$harvest"' HUP INT TERM
code=0
wait "$harvest" || code=$?
# A signal ends the waiting, not the harvest.
while kill -0 "$harvest" 2>/dev/null; do
    code=0
    wait "$harvest" || code=$?
done

case $code in
    0) ;;
    75) ;; # the harvest before still runs, which is no fault
    *) tail -n 100 "$said" ;;
esac
if [ "$code" -gt 128 ]; then # It could not say so itself.
    echo "NOT COMPLETE (exit code $code): killed by signal $((code - 128)), perhaps for want of memory; the next harvest goes on."
fi
exit "$code"
