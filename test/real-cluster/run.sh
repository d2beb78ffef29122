#!/usr/bin/env bash
# npm run test:cluster: Rollcall in a real one-node cluster with pods that really run.
#
# ROLLCALL_CLUSTER_SCRIPT names the script that starts and ends the cluster (`up FOLDER`, `down FOLDER`); it
# leaves kubeconfig, containerd.sock, tokens.csv, kubelet.yaml, NAME.pid and NAME.log in the folder. Needs root and Debian's buildah.
# However this ends, the cluster ends with it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cluster=${ROLLCALL_CLUSTER_SCRIPT:-}
[ -z "$cluster" ] || cluster=$(realpath "$cluster")
if [ ! -x "$cluster" ]; then
  echo 'test:cluster: NOT RUN: set ROLLCALL_CLUSTER_SCRIPT to a script that starts and ends a one-node cluster' >&2
  exit 2
fi
export PORT=${PORT:-26443}
# npm puts the path of Node there, and the script would name the cluster's node after it.
unset NODE

# A second cluster would answer for the first, and end it.
for taken in "$PORT" 10250; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$taken") 2>/dev/null; then
    echo "test:cluster: NOT RUN: something listens on port $taken of this machine; end it, or wait until it has ended" >&2
    exit 2
  fi
done

folder=$(mktemp -d -t rollcall-cluster-XXXXXX)
finish() {
  local code=$?
  trap - EXIT INT TERM
  [ "$code" = 0 ] || tell_why
  "$cluster" down "$folder" || true
  rm -rf --one-file-system "$folder" /var/log/pods/rollcall_*
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

tell_why() {
  echo "=== what there was when it failed"
  KUBECONFIG="$folder/kubeconfig" kubectl get nodes,daemonsets,pods -A -o wide 2>&1 || true
  KUBECONFIG="$folder/kubeconfig" kubectl -n rollcall describe pods 2>&1 | grep -A20 '^Events' || true
  tail -n 25 /var/log/pods/rollcall_*/*/*.log 2>/dev/null || true
  [ ! -f "$folder/image.log" ] || tail -n 20 "$folder/image.log"
}

command -v buildah >/dev/null || {
  echo 'test:cluster: installing buildah'
  { apt-get update && apt-get install -y --no-install-recommends buildah; } >"$folder/apt.log" 2>&1
}
node "$root/deploy/local/prepare.mjs"
ARCHIVE=$folder/image.tar STORE=$folder/store "$root/deploy/image/build.sh" local.test/rollcall:test local \
  >"$folder/image.log" 2>&1 &
image=$!
"$cluster" up "$folder"
wait "$image" || { cat "$folder/image.log"; exit 1; }
cat "$folder/image.log"
ctr -a "$folder/containerd.sock" -n k8s.io images import "$folder/image.tar" >/dev/null

export ROLLCALL_CLUSTER_FOLDER=$folder
cd "$root"
npx vitest run --config test/real-cluster/vitest.config.ts "$@"
