#!/bin/sh
# Makes the webhook a certificate of an authority of its own, good for ten years, and tells the API server of it:
#
#   kubectl apply -k deploy/webhook && sh deploy/webhook/certificate.sh
#
# Run again, it renews both. The authority's key is not kept. Needs openssl and kubectl.
set -eu

name=plexus-webhook.kube-system.svc
days=3650
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
umask 077

openssl req -x509 -newkey rsa:2048 -nodes -days $days -subj "/CN=plexus-webhook-authority" \
  -keyout ca.key -out ca.crt 2>openssl.log || { cat openssl.log >&2; exit 1; }
openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout tls.key -out tls.csr 2>openssl.log ||
  { cat openssl.log >&2; exit 1; }
printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$name" >extensions
openssl x509 -req -days $days -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile extensions \
  -out tls.crt 2>openssl.log || { cat openssl.log >&2; exit 1; }

# The API server trusts the new authority before the webhook shows what it signed: until then it is as if away.
bundle=$(base64 <ca.crt | tr -d '\n')
for index in 0 1; do
  printf '[{"op": "add", "path": "/webhooks/%s/clientConfig/caBundle", "value": "%s"}]' "$index" "$bundle" >patch
  kubectl patch validatingwebhookconfiguration plexus-webhook --type=json --patch "$(cat patch)"
done
kubectl --namespace kube-system create secret tls plexus-webhook-certificate --cert=tls.crt --key=tls.key \
  --dry-run=client --output=yaml | kubectl apply --filename -
