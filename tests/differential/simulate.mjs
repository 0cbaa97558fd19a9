// Prints what @cloud-copilot/iam-simulate decides about each case: one of Allow, Implicit, Explicit
// or `Error <why>` a line. The simulator is AGPL: it runs as a program of its own and is no part of
// this source.
//
//   node simulate.mjs FOLDER CASES DECISIONS
//
// FOLDER is where npm installed it; CASES has one case in JSON a line.

import { createReadStream, createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

const [folder, casesPath, decisionsPath] = process.argv.slice(2);
const { runSimulation } = createRequire(resolve(folder, 'package.json'))('@cloud-copilot/iam-simulate');

const kWords = { Allowed: 'Allow', ImplicitlyDenied: 'Implicit', ExplicitlyDenied: 'Explicit' };

const named = (policies) => policies.map((policy, i) => ({ name: `policy${i}`, policy }));

function simulationOf(source) {
  const simulation = {
    request: {
      principal: source.principal,
      action: source.action,
      resource: { resource: source.resource, accountId: source.resourceAccount },
      contextVariables: source.context,
    },
    identityPolicies: named(source.identity),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  if (source.resourcePolicy) simulation.resourcePolicy = source.resourcePolicy;
  if (source.boundary) simulation.permissionBoundaryPolicies = named([source.boundary]);
  if (source.session) simulation.sessionPolicy = source.session;
  return simulation;
}

// A key that the simulator drops is a key that it does not test, so that counts as an error.
function wordOf(answer) {
  if (answer.resultType === 'error') return `Error ${JSON.stringify(answer.errors)}`;
  const results = answer.resultType === 'single' ? [answer.result] : answer.results;
  const ignored = results.flatMap((result) => result.ignoredContextKeys ?? []);
  if (ignored.length > 0) return `Error ignored context keys: ${ignored.join(' ')}`;
  return kWords[answer.overallResult] ?? `Error ${answer.overallResult}`;
}

async function decide(line) {
  try {
    return wordOf(await runSimulation(simulationOf(JSON.parse(line)), { simulationMode: 'Strict' }));
  } catch (error) {
    return `Error threw ${String(error.message).replaceAll('\n', ' ')}`;
  }
}

const out = createWriteStream(decisionsPath);
for await (const line of createInterface({ input: createReadStream(casesPath) })) {
  if (!out.write(`${await decide(line)}\n`)) await once(out, 'drain');
}
out.end();
await once(out, 'finish');
