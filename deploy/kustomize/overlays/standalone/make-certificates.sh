#!/usr/bin/env bash
# Creates a CA, if there is none, and a certificate of the coordinator in ./certificates next to this file.
# Run it again and `kubectl apply -k` before the certificate expires; no restart is required. Protect
# certificates/ca.key like other private keys; it is not stored in the cluster.
#   DAYS (default 365): validity of the certificate.
set -euo pipefail
umask 077
mkdir -p "$(dirname "${BASH_SOURCE[0]}")/certificates"
cd "$(dirname "${BASH_SOURCE[0]}")/certificates"

if [ ! -f ca.key ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 3650 \
    -subj '/CN=rollcall CA' -addext 'keyUsage=critical,keyCertSign,cRLSign' -keyout ca.key -out ca.crt
fi

names=DNS:rollcall-coordinator
for suffix in rollcall rollcall.svc rollcall.svc.cluster.local; do names+=,DNS:rollcall-coordinator.$suffix; done
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=rollcall-coordinator' \
  -keyout tls.key.new -out tls.csr
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\nkeyUsage=critical,digitalSignature\nbasicConstraints=critical,CA:FALSE\n' \
  "$names" >tls.ext
openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 -days "${DAYS:-365}" -extfile tls.ext -out tls.crt.new
mv tls.key.new tls.key
mv tls.crt.new tls.crt
rm tls.csr tls.ext
