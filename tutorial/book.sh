#!/bin/sh
# Makes a book of the tutorial, to read without a network: HTML in .build/book/html, and .build/book/plainsocks.epub.
# Installs what is missing for it.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/src/packages.sh"

need pandoc python3-pygments chromium fonts-dejavu-core

# Draws the diagrams, in chromium. It has no dependencies.
version=11.17.2
folder=$top/.build/mermaid-$version
mermaid=$folder/node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js
if [ ! -f "$mermaid" ]; then
    command -v npm > /dev/null || need npm
    mkdir -p "$folder"
    npm install --silent --no-save --ignore-scripts --prefix "$folder" "@mermaid-js/tiny@$version"
fi
exec /usr/bin/python3 -B "$top/tutorial/book/book.py" "$mermaid"
