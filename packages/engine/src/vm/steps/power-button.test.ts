import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgressEvent } from '@ignite/api/client/progress';
import { sampleVm } from '@ignite/api/v1/vm.sample';
import { defaultPaths } from '../../tools/host/paths.ts';
import type { Sandbox, SandboxObservation } from '../../tools/sandbox/sandbox.ts';
import { firecracker } from '../../tools/vmm/firecracker/firecracker.ts';
import { qemu } from '../../tools/vmm/qemu/qemu.ts';
import { pressPowerButton } from './power-button.ts';

/**
 * Presses the button of a VM that powers off once its VMM has answered, which the VMM does at press number
 * `answersAt`.
 */
async function press(answersAt: number, graceMs: number) {
  const told: string[] = [];
  let presses = 0;
  const observe = async (): Promise<SandboxObservation> =>
    presses < answersAt ? { state: 'running', pid: 1 } : { state: 'exited' };
  const pressed = async (): Promise<void> => {
    presses += 1;
    if (presses < answersAt) throw new Error('busy');
  };
  const host = {
    paths: defaultPaths,
    sandbox: { observe } as Partial<Sandbox> as Sandbox,
    vmms: { firecracker, qemu: { ...qemu, pressPowerButton: pressed } },
  };
  const report = (event: ProgressEvent): void => {
    if (event.kind === 'warning') told.push(event.message);
  };
  await pressPowerButton(sampleVm(), graceMs, host, { signal: new AbortController().signal, report });
  return { told, presses };
}

test('pressPowerButton: a VMM that did not answer is asked again while there is time', async () => {
  assert.deepEqual(await press(2, 60_000), { told: [], presses: 2 });
});

test('pressPowerButton: one that does not answer until the time is over is told of', async () => {
  const { told } = await press(Infinity, 100);
  assert.deepEqual(told, ['the power button does not answer: busy']);
});
