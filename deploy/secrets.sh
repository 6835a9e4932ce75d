#!/bin/sh
# Makes the passwords and addresses that docker-compose.yml reads, once: a folder that is there already is left alone.
# The folder is closed to others; the files in it are not, for the containers' users are not yours.
set -eu
cd "$(dirname "$0")/.."
folder=${SECRETS_FOLDER:-./secrets}
if [ -e "$folder" ]; then
    echo "$folder is there already; nothing was changed"
    exit 0
fi
making="$folder.making.$$"
trap 'rm -rf "$making"' EXIT
umask 022
mkdir -p "$making"
chmod 700 "$making"
word() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
put() { printf '%s\n' "$2" >"$making/$1"; }

postgres=$(word) objects=$(word) search=$(word) jobs=$(word)
put postgres_password "$postgres"
put catalogue_url "postgresql://dossier:$postgres@postgres/dossier"
put objects.env "ROOT_ACCESS_KEY_ID=dossier
ROOT_SECRET_ACCESS_KEY=$objects"
put objects_url "s3+http://dossier:$objects@objects:7070/dossier"
put search.env "ELASTIC_PASSWORD=$search"
put search_url "elasticsearch://elastic:$search@elasticsearch:9200/dossier"
put jobs.env "RABBITMQ_DEFAULT_USER=dossier
RABBITMQ_DEFAULT_PASS=$jobs"
put jobs_url "amqp://dossier:$jobs@rabbitmq//"
put metrics_token "$(word)"
# At once: half a set, of a run that was broken off, would fit nothing.
mv "$making" "$folder"
echo "$folder is made; keep a copy of it with your backups"
