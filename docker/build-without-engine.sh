#!/usr/bin/env bash
# Builds docker/Dockerfile where no Docker engine runs, and starts the server from the built image's
# root file system. The base image is made with debootstrap. Needs root.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

work=$(mktemp -d)
mounted=
cleanup() {
  [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
  [ -z "$mounted" ] || buildah --storage-driver vfs umount "$container" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

tag=localhost/coffer:check
storage=(--storage-driver vfs)
isolation=(--isolation chroot)

if ! buildah "${storage[@]}" inspect --type image debian:bookworm-slim >/dev/null 2>&1; then
  echo "making the base image debian:bookworm-slim with debootstrap"
  debootstrap --variant=minbase bookworm "$work/base" >"$work/debootstrap.log" 2>&1 \
    || { tail "$work/debootstrap.log"; exit 1; }
  # The package sources that this machine uses are those that the build can reach.
  cp -a /etc/apt/sources.list* /etc/apt/apt.conf.d "$work/base/etc/apt/" 2>/dev/null || true
  tar -C "$work/base" -cf "$work/base.tar" .
  podman "${storage[@]}" import --quiet "$work/base.tar" docker.io/library/debian:bookworm-slim
fi

buildah "${storage[@]}" bud "${isolation[@]}" --network host --pull=never -f docker/Dockerfile -t "$tag" .

container=$(buildah "${storage[@]}" from --pull=never "$tag")
root=$(buildah "${storage[@]}" mount "$container")
mounted=yes
du -sm "$root" | cut -f1 >build/image-mebibytes  # For ./dev bench.
echo "image size: $(<build/image-mebibytes) MiB unpacked; binary: $(stat -c %s "$root/usr/bin/coffer") bytes"

# The server from the image's own files, as the image's user, on a port of this machine.
install -d -m 0700 -o 10001 -g 10001 "$work/data"
mkdir -p "$root/var/lib/coffer"
chroot --userspec=10001:10001 "$root" /usr/bin/env COFFER_DATA=/var/lib/coffer \
  /usr/bin/coffer dev --listen 127.0.0.1:0 >"$work/out" 2>"$work/log" &
server=$!
for _ in $(seq 50); do
  grep -q 'coffer is ready' "$work/out" && break
  sleep 0.1
done
port=$(sed -nE 's/^coffer is ready: .*:([0-9]+)$/\1/p' "$work/out")
[ -n "$port" ] || { cat "$work/log"; exit 1; }
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
grep -q '"status":"ok"' <&3 && echo "the server in the image answers on port $port"
chroot --userspec=10001:10001 "$root" /usr/bin/env COFFER_DATA=/var/lib/coffer /usr/bin/coffer status
# It finds its libraries, and says that this is no step.
chroot --userspec=10001:10001 "$root" /usr/bin/coffer-rotator createSecret <<<'{}' | grep -q InvalidInput \
  && echo "coffer-rotator runs in the image"
