#!/usr/bin/env bash
# Builds the image.
#   deploy/image/build.sh TAG [BASE]     with docker, podman or buildah, the first that is installed
#   deploy/image/build.sh TAG local      over a base of Node and this machine's libraries, without a registry (buildah)
# The image has the version of Node that .node-version names; a BASE of one's own must have the same major version.
#   ARCHIVE=FILE                         also writes the image there as an OCI archive (buildah)
# STORE names a folder for buildah's own images and is removed again; without it, the user's are used.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(<"$here/../../.node-version")
tag=${1:?a tag such as registry.example/rollcall:0.1.0} base=${2:-gcr.io/distroless/nodejs${version%%.*}-debian13:nonroot}
work=$(mktemp -d)
cleanup() {
  [ -z "${STORE:-}" ] || buildah_ rm --all >/dev/null 2>&1 || true
  rm -rf "$work" ${STORE:+"$STORE"}
}
trap cleanup EXIT

# vfs and chroot need neither a mount nor a user namespace, so this works inside a container too.
buildah_() { buildah ${STORE:+--root "$STORE/images" --runroot "$STORE/run"} --storage-driver vfs "$@"; }

local_base() {
  local container
  container=$(buildah_ from scratch)
  buildah_ copy --quiet "$container" "$work/root" /
  buildah_ commit --quiet --rm "$container" localhost/rollcall-base
}

builder() {
  local program
  for program in docker podman buildah; do command -v "$program" && return; done
  echo 'build.sh: install docker, podman or buildah' >&2
  exit 1
}

lay_out='node deploy/image/context.mjs "$0/context"'
[ "$base" != local ] || lay_out+=' && deploy/image/base.sh "$0/root"'
node "$here/on-node.mjs" bash -c "$lay_out" "$work"
if [ "$base" = local ] || [ -n "${ARCHIVE:-}" ]; then
  [ "$base" != local ] || { local_base >/dev/null; base=localhost/rollcall-base; }
  buildah_ build --quiet --isolation chroot --format oci --build-arg "BASE=$base" \
    --tag "$tag" --file "$here/Dockerfile" "$work/context"
  [ -z "${ARCHIVE:-}" ] || buildah_ push --quiet "$tag" "oci-archive:$ARCHIVE:$tag"
  buildah_ images --format 'built {{.Name}}:{{.Tag}}, {{.Size}}' "$tag" | tr -s ' '
else
  "$(builder)" build --build-arg "BASE=$base" --tag "$tag" --file "$here/Dockerfile" "$work/context"
fi
