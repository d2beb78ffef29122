#!/usr/bin/env bash
# Builds the image.
#   deploy/image/build.sh TAG [BASE]     with docker, podman or buildah, whichever is there
#   deploy/image/build.sh TAG local      over a base made from this machine, without a registry (buildah)
#   ARCHIVE=FILE                         also writes the image there as an OCI archive (buildah)
# STORE names a folder for buildah's own images and is removed again; without it, the user's are used.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tag=${1:?a tag such as registry.example/rollcall:0.1.0} base=${2:-}
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
  "$here/base.sh" "$work/root"
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

node "$here/context.mjs" "$work/context"
if [ "$base" = local ] || [ -n "${ARCHIVE:-}" ]; then
  [ "$base" != local ] || { local_base >/dev/null; base=localhost/rollcall-base; }
  buildah_ build --quiet --isolation chroot --format oci ${base:+--build-arg "BASE=$base"} \
    --tag "$tag" --file "$here/Dockerfile" "$work/context"
  [ -z "${ARCHIVE:-}" ] || buildah_ push --quiet "$tag" "oci-archive:$ARCHIVE:$tag"
  buildah_ images --format 'built {{.Name}}:{{.Tag}}, {{.Size}}' "$tag" | tr -s ' '
else
  "$(builder)" build ${base:+--build-arg "BASE=$base"} --tag "$tag" --file "$here/Dockerfile" "$work/context"
fi
