#!/usr/bin/env bash
# A base for the image without a registry: the Node on the PATH and the libraries of this machine that it needs.
#   deploy/image/base.sh FOLDER      fills FOLDER with a root file system (Linux, glibc)
# It has no shell and no package manager. build.sh runs it through on-node.mjs, so Node is the version in .node-version.
set -euo pipefail
root=${1:?a folder to fill} node=$(readlink -f "$(command -v node)")

mkdir -p "$root"/{etc,tmp,usr/bin,usr/lib,usr/lib64}
for folder in bin lib lib64; do ln -sfn "usr/$folder" "$root/$folder"; done
chmod 1777 "$root/tmp"
echo 'rollcall:x:65532:65532:rollcall:/tmp:/nonexistent' >"$root/etc/passwd"
echo 'rollcall:x:65532:' >"$root/etc/group"
# Without it the C library asks no hosts file.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

cp -L "$node" "$root/usr/bin/node"
# Symbols for debuggers are a fifth of the file; addons need only the dynamic ones, which stay.
if command -v strip >/dev/null; then strip "$root/usr/bin/node"; fi
# What Node links, and what the C library loads by itself to look names up.
{ ldd "$node" | grep -o '/[^ ]*'; ldconfig -p | grep -oE '/\S*/lib(nss_(files|dns)|resolv)\.so\.2$'; } | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
