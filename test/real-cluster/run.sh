#!/usr/bin/env bash
# npm run test:cluster: tests Rollcall in a real one-node cluster with running pods.
#
# run.sh [SUITE]: `cluster`, the default, or `own`, in a cluster without the built-in DaemonSet controller.
#
# ROLLCALL_CLUSTER_SCRIPT is the path of a script that starts and stops the cluster (`up FOLDER`, `down FOLDER`). It must
# create kubeconfig, containerd.sock, tokens.csv, kubelet.yaml, NAME.pid and NAME.log in the folder. Requires root and Debian's
# buildah. Always stops the cluster at the end.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
suite=${1:-cluster}
[ "$suite" != own ] || export WITHOUT_DAEMONSETS=1
cluster=${ROLLCALL_CLUSTER_SCRIPT:-}
[ -z "$cluster" ] || cluster=$(realpath "$cluster")
if [ ! -x "$cluster" ]; then
  echo 'test:cluster: NOT RUN: set ROLLCALL_CLUSTER_SCRIPT to a script that starts and stops a one-node cluster' >&2
  exit 2
fi
export PORT=${PORT:-26443}
# npm sets NODE to the path of Node.js, and the script would use it as the node name.
unset NODE

# A cluster that already runs would be used and stopped instead.
for taken in "$PORT" 10250; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$taken") 2>/dev/null; then
    echo "test:cluster: NOT RUN: port $taken is in use; stop the process that listens on it, or wait until it has ended" >&2
    exit 2
  fi
done

folder=$(mktemp -d -t rollcall-cluster-XXXXXX)
finish() {
  local code=$?
  trap - EXIT INT TERM
  [ "$code" = 0 ] || print_state
  "$cluster" down "$folder" || true
  rm -rf --one-file-system "$folder" /var/log/pods/rollcall_*
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

print_state() {
  echo "=== state of the cluster at the failure"
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

export ROLLCALL_CLUSTER_FOLDER=$folder ROLLCALL_CLUSTER_SUITE=$suite
cd "$root"
npx vitest run --config test/real-cluster/vitest.config.ts
