#!/usr/bin/env bash
# kcat as a compat program; see test/compat/client.ts for its three commands.
# kcat sends one line as one record and can't send nulls, bytes or headers a record: the corpus is adapted (see client.ts).
set -euo pipefail
command=$1 bootstrap=$2
unhex() { python3 -c '
import sys
for line in open(sys.argv[1]):
    key, value = line.split()[:2]
    sys.stdout.buffer.write(bytes.fromhex(key[1:]) + b"\t" + bytes.fromhex(value[1:]) + b"\n")' "$1"; }
tohex() { python3 -c '
import sys
data = sys.stdin.buffer.read()
for record in data.split(b"\x1e\n")[:-1]:
    partition, offset, keylen, length, rest = record.split(b" ", 4)
    keylen, length = int(keylen), int(length)
    hexed = lambda content, size: "-" if size < 0 else "x" + content.hex()
    key, value = rest[:max(keylen, 0)], rest[max(keylen, 0):max(keylen, 0) + max(length, 0)]
    print(partition.decode(), offset.decode(), hexed(key, keylen), hexed(value, length))'; }
case $command in
  produce) unhex "$5" | kcat -P -b "$bootstrap" -t "$3" -z "$4" -K $'\t' -X enable.idempotence=true -X message.max.bytes=1000000 ;;
  consume) kcat -C -b "$bootstrap" -t "$3" -o beginning -c "$4" -q -f '%p %o %K %S %k%s\x1e\n' | tohex ;;
  member) exec kcat -b "$bootstrap" -G "$3" -q -u -X auto.offset.reset=earliest -X session.timeout.ms=6000 -X heartbeat.interval.ms=500 -X auto.commit.interval.ms=100 -f '%p %o\n' "$4" ;;
esac
