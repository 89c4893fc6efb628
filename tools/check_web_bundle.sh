#!/bin/sh
# Rebuilds the report page and compares it with the committed web/dist. Needs Node 20 and npm's registry.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/web/src" "$root/web/fixture" "$root"/web/*.json "$root/web/vite.config.js" "$work"
cd "$work"
npm ci --silent
npm run --silent check
npm run --silent build >/dev/null
npm run --silent fixture
for file in dist/report.js dist/report.css fixture/results.json; do
    cmp "$file" "$root/web/$file" || { echo "web/$file is not current: run 'npm ci && npm run build' in web/" >&2; exit 1; }
done
echo "web/dist is current"
