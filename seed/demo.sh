#!/bin/sh
# The demo: an archive in the folder named, the seed customers, the seed mailbag, the ledger, a search. Safe to repeat.
set -eu
home=$1
dossier=.venv/bin/dossier

$dossier customers import seed/customers.csv --home "$home"
echo
echo "Taking in seed/mailbag, one line per letter:"
$dossier intake seed/mailbag --home "$home"
echo
$dossier ledger --home "$home"
echo
echo "dossier find 'meter reading':"
$dossier find 'meter reading' --home "$home"
echo
echo "dossier find показания:"
$dossier find показания --home "$home"
echo
echo "Open the pages: make serve, then http://127.0.0.1:8765/"
