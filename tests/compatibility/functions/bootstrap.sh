#!/bin/bash
# A rotation function in bash and curl, which speak the Runtime API and sign requests themselves.
# rotating.py says what HOMES is.
set -euo pipefail
runtime="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"

# call OPERATION JSON: the answer, or failure
call() {
  curl -sS --fail-with-body --cacert "$AWS_CA_BUNDLE" --aws-sigv4 "aws:amz:$AWS_REGION:secretsmanager" \
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "X-Amz-Security-Token: $AWS_SESSION_TOKEN" \
    -H "X-Amz-Target: secretsmanager.$1" -H "Content-Type: application/x-amz-json-1.1" \
    --data-binary "$2" "$SECRETS_MANAGER_ENDPOINT/"
}
# field NAME JSON: a member that has no quotes in it
field() { sed -E "s/.*\"$1\": *\"([^\"]*)\".*/\1/" <<<"$2"; }

run() {
  local event=$1 arn token proof pending password versions current
  arn=$(field SecretId "$event")
  token=$(field ClientRequestToken "$event")
  proof=$(field RotationToken "$event")
  pending="{\"SecretId\":\"$arn\",\"VersionId\":\"$token\",\"VersionStage\":\"AWSPENDING\"}"
  local name=${arn##*:}
  printf '{"step":"%s","event":%s,"user":"%s"}\n' "$(field Step "$event")" "$event" "$(id -un)" \
    >>"$HOMES/${name%-*}/calls.jsonl"
  case $(field Step "$event") in
    createSecret)
      password=$(call GetRandomPassword '{"ExcludePunctuation":true}')
      password=$(field RandomPassword "$password")
      call PutSecretValue "{\"SecretId\":\"$arn\",\"ClientRequestToken\":\"$token\",\
\"RotationToken\":\"$proof\",\"VersionStages\":[\"AWSPENDING\"],\
\"SecretString\":\"{\\\"username\\\":\\\"app\\\",\\\"password\\\":\\\"$password\\\"}\"}" ;;
    setSecret | testSecret) call GetSecretValue "$pending" ;;
    finishSecret)
      versions=$(call DescribeSecret "{\"SecretId\":\"$arn\"}")
      current=$(sed -E 's/.*"([^"]+)": *\["AWSCURRENT"\].*/\1/' <<<"$versions")
      call UpdateSecretVersionStage "{\"SecretId\":\"$arn\",\"VersionStage\":\"AWSCURRENT\",\
\"MoveToVersionId\":\"$token\",\"RemoveFromVersionId\":\"$current\"}" ;;
  esac >/dev/null
}

while true; do
  event=$(curl -sS -D "$TMPDIR/headers" "$runtime/invocation/next")
  id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *\([^[:space:]]*\).*/\1/pI' "$TMPDIR/headers")
  # In a process of its own: `set -e` does not count inside a condition.
  set +e
  (set -e; run "$event")
  status=$?
  set -e
  if [ $status = 0 ]; then
    curl -sS -o /dev/null -d null "$runtime/invocation/$id/response"
  else
    curl -sS -o /dev/null -d '{"errorType":"BashError","errorMessage":"a call failed"}' \
      "$runtime/invocation/$id/error"
  fi
done
