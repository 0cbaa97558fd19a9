#!/bin/sh
# A rotation function: FOLDER STEP. The new value follows from the token, so that the checker knows it.
document=$(cat)
token=${document#*\"ClientRequestToken\":\"}
token=${token%%\"*}
case $token in
  *0) sleep 0.05 ;;                                              # So that kills meet every step.
  fff*) if mkdir "$1/$2-$token" 2>/dev/null; then exit 1; fi ;;  # Each step fails once.
esac
[ "$2" != createSecret ] || printf '{"SecretString":"rotated %s"}' "$token"
