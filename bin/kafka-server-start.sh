#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/..; node=$root/node_modules/.bin/node; [ -x "$node" ] || node=node
exec "$node" "$root/packages/cli/kafka-tool.js" kafka-server-start "$@"
