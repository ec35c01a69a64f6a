import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { sendingWarnings, sendsMachine } from './sending-warnings.ts';

const memory =
  'snapshot "ready" contains all that was in the memory of the VM, passwords and keys included: whoever can read it has them';
const plain = (what: string): string =>
  `snapshot "ready" contains the ${what} of the VM in plain text, passwords included: whoever can read it has them`;
const message = 'cloud-init gives it its identity, which it does as it boots only';
const userData = '#cloud-config\npassword: hunter2';

for (const [title, status, spec, sends, warnings] of [
  ['the disk alone', { holds: 'Disk' }, {}, false, []],
  ['memory', { holds: 'Machine' }, { env: {}, cloudInit: {} }, true, [memory]],
  [
    'the disk of a VM with an environment',
    { holds: 'Disk' },
    { env: { A: 'b' } },
    false,
    [plain('environment')],
  ],
  [
    'memory and an environment',
    { holds: 'Machine' },
    { env: { A: 'b' } },
    true,
    [memory, plain('environment')],
  ],
  [
    'user data beside an environment',
    { holds: 'Disk' },
    { env: { A: 'b' }, cloudInit: { userData } },
    false,
    [plain('environment and the cloud-init data')],
  ],
  [
    'a reference to user data, which is not the data',
    { holds: 'Disk' },
    { cloudInit: { userDataSecretRef: { name: 'a', key: 'b' } } },
    false,
    [],
  ],
  [
    'memory for the VM itself alone',
    { holds: 'Machine', message, network: { ipAddresses: ['10.61.0.2'] } },
    { cloudInit: { userData } },
    false,
    [
      plain('cloud-init data'),
      `snapshot "ready" is sent without its memory, from which only the VM itself can go on: ${message}`,
    ],
  ],
] as const)
  test(`sendingWarnings: ${title}`, () => {
    const snapshot = {
      metadata: { name: 'ready' },
      status: { ...status, vmSpec: spec },
    } as unknown as Snapshot;
    assert.equal(sendsMachine(snapshot), sends);
    assert.deepEqual(sendingWarnings(snapshot), warnings);
  });
