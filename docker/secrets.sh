#!/usr/bin/env bash
# Makes the secrets of this installation, once: random ones, in a folder that only its owner can enter. What is there stays as it is.
# DISTRIBUTED_SECRETS names another folder than docker/secrets; without it, docker/.env tells Compose where they are.
set -euo pipefail
cd "$(dirname "$0")"
folder="${DISTRIBUTED_SECRETS:-./secrets}"
(umask 077 && mkdir -p "$folder")

# The containers' users read the files, so the folder is what keeps others out.
make() {
  [ -s "$folder/$1" ] || head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' > "$folder/$1"
  chmod 644 "$folder/$1"
}
make cluster  # what nodes prove to each other
make postgres # the database's password
make api-key  # what a client shows to the gateway
[ -s "$folder/api-keys" ] || printf 'owner:write:%s\n' "$(cat "$folder/api-key")" > "$folder/api-keys" # whom the gateway knows: NAME:ROLE:KEY
chmod 644 "$folder/api-keys"

if [ -z "${DISTRIBUTED_SECRETS:-}" ] && ! grep -qs '^DISTRIBUTED_SECRETS=' .env; then echo "DISTRIBUTED_SECRETS=$folder" >> .env; fi
echo "the secrets are in $folder"
