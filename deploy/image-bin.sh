#!/bin/sh
# Kafka's tools where Kafka's images have them: `image-bin.sh INSTALLED TARGET` writes kafka-topics.sh, kafka-topics, … into TARGET.
set -eu
installed=$1 target=$2
mkdir -p "$target"
for tool in "$installed"/node_modules/@odradek/kafka-tools/bin/kafka-*; do
  name=$(basename "$tool" .sh)
  printf '#!/bin/sh\nexec node %s %s "$@"\n' "$installed/node_modules/@odradek/kafka-tools/kafka-tool.js" "$name" > "$target/$name"
  chmod +x "$target/$name"
  cp "$target/$name" "$target/$name.sh"
done
