#!/usr/bin/env bash
# Creates the random secrets of this installation, once, in a folder that only its owner can enter. Existing secrets are kept.
# DISTRIBUTED_SECRETS names a folder other than docker/secrets; without it, docker/.env tells Compose where they are.
set -euo pipefail
cd "$(dirname "$0")"
folder="${DISTRIBUTED_SECRETS:-./secrets}"
(umask 077 && mkdir -p "$folder")

# The containers' users must read the files, so the folder's permissions keep others out.
make() {
  [ -s "$folder/$1" ] || head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' > "$folder/$1"
  chmod 644 "$folder/$1"
}
make postgres # the database's password
make api-key  # a client presents it to the gateway
hash() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1; }
# The gateway's keys: NAME:ROLE:EXPIRES:sha256:HASH. 'distributed-node keys add' makes more.
[ -s "$folder/api-keys" ] || printf 'owner:operator:never:sha256:%s\n' "$(hash < "$folder/api-key")" > "$folder/api-keys"
chmod 644 "$folder/api-keys"

if [ -z "${DISTRIBUTED_SECRETS:-}" ] && ! grep -qs '^DISTRIBUTED_SECRETS=' .env; then echo "DISTRIBUTED_SECRETS=$folder" >> .env; fi
echo "the secrets are in $folder"
