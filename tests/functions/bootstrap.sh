#!/bin/bash
# A rotation function in bash and curl: asks for an event, prints its step, answers.
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  event=$(curl -sS -D "$TMPDIR/headers" "$api/next")
  id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *\([^[:space:]]*\).*/\1/pI' "$TMPDIR/headers")
  sed 's/.*"Step":"\([a-zA-Z]*\)".*/step \1/' <<<"$event"
  if [[ $event == *'"Step":"'"${FAIL_AT:-none}"'"'* ]]; then
    curl -sS -o /dev/null -d '{"errorType":"BashError","errorMessage":"told to fail"}' "$api/$id/error"
  else
    curl -sS -o /dev/null -d null "$api/$id/response"
  fi
done
