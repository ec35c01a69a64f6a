import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { kubeconfigPath } from '../../packages/engine/src/tools/host/paths.ts';
import { Ignite } from '../e2e/fixtures/ignite.ts';
import { lacking, namesIn, tableOf, whyNot } from './conformance/known.ts';
import { runConformance } from './fixtures/e2e-tests.ts';
import { e2eTest, kubectl, programInCache } from './fixtures/go-program.ts';
import { serveStore } from './fixtures/served-store.ts';
import { storeHost } from './fixtures/stored-vms.ts';
import { storeWorkloadKinds } from './fixtures/workload-kinds.ts';

/** Kubernetes' own conformance tests of the API machinery, which take some five minutes. */
const program = programInCache(e2eTest);
const withKubectl = programInCache(kubectl);
const skip =
  program === undefined || withKubectl === undefined
    ? 'e2e.test and kubectl are not in the cache: run scripts/build-kubernetes.ts e2e.test'
    : false;

const ofMachinery = String.raw`\[sig-api-machinery\].*\[Conformance\]`;
const document = readFileSync(join(import.meta.dirname, '../../docs/conformance.md'), 'utf8');
const names = namesIn(document);

test('the documentation tells of each conformance test whether it passes, and why not', () => {
  assert.ok(document.endsWith(tableOf(names)));
  for (const { tests } of lacking)
    assert.ok(
      names.some((name) => tests.test(name)),
      String(tests),
    );
});

test('the documentation tells of all conformance tests of the API machinery', { skip }, async () => {
  const listed = await runConformance(program!, { focus: ofMachinery });
  assert.deepEqual(
    names,
    listed.map(({ name }) => name),
  );
});

test('ignited passes the conformance tests that the documentation names', { skip }, async () => {
  await using ignite = await Ignite.open(247);
  const served = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0']);
  const kubeconfig = kubeconfigPath(ignite.paths);
  while (!existsSync(kubeconfig)) await delay(50);
  try {
    const passing = names.filter((name) => whyNot(name) === undefined);
    const outcomes = await runConformance(program!, {
      focus: `${String.raw`\[sig-api-machinery\].*`}(${passing.map(focusOf).join('|')}).*${String.raw`\[Conformance\]`}`,
      kubeconfig,
      kubectl: withKubectl!,
    });
    assert.deepEqual(
      outcomes,
      passing.map((name) => ({ name, state: 'passed', message: '' })),
    );
  } finally {
    served.terminate();
    await served.ended;
  }
});

test(
  'policies pass all conformance tests of them on a server of Deployments that nothing runs',
  { skip },
  async () => {
    await using served = await serveStore();
    await storeHost(served.store, 'one');
    await storeWorkloadKinds(served.store);
    const ofPolicies = names.filter((name) => name.startsWith('ValidatingAdmissionPolicy '));
    const outcomes = await runConformance(program!, {
      focus: String.raw`\[sig-api-machinery\].*ValidatingAdmissionPolicy.*\[Conformance\]`,
      kubeconfig: served.kubeconfig,
      kubectl: withKubectl!,
      isJson: true,
    });
    assert.equal(ofPolicies.length, 4);
    assert.deepEqual(
      outcomes,
      ofPolicies.map((name) => ({ name, state: 'passed', message: '' })),
    );
  },
);

/** Returns a regular expression that matches a name with labels between its words. */
const focusOf = (name: string): string =>
  name
    .split(' ')
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(String.raw`(?: \[[^\]]*\])* +`);
