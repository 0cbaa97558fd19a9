// A rotation function in Node.js without packages: fetch, which needs WebAssembly, and no more.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;

for (;;) {
  const reply = await fetch(api + "next");
  const event = await reply.json();
  console.log("step", event.Step);
  const id = reply.headers.get("lambda-runtime-aws-request-id");
  await fetch(`${api}${id}/response`, { method: "POST", body: "null" });
}
