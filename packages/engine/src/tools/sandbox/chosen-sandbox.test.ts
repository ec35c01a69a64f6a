import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { ChosenSandbox } from './chosen-sandbox.ts';
import type { Sandbox, SandboxObservation, SandboxSpec } from './sandbox.ts';

const signal = new AbortController().signal;

/** A sandbox that remembers which programs it runs. */
class HeldInMemory implements Sandbox {
  readonly held = new Map<string, number>();
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  async launch(spec: SandboxSpec): Promise<{ readonly pid: number }> {
    this.held.set(spec.uid, this.#pid);
    return { pid: this.#pid };
  }

  async observe(uid: string): Promise<SandboxObservation> {
    const pid = this.held.get(uid);
    return pid === undefined ? { state: 'absent' } : { state: 'running', pid };
  }

  async kill(uid: string): Promise<void> {
    this.held.delete(uid);
  }

  async remove(uid: string): Promise<void> {
    if (this.#pid === 3) throw new Error('it is down');
    this.held.delete(uid);
  }
}

const specOf = (runtime: SandboxSpec['runtime']): SandboxSpec => ({
  uid: 'a',
  runtime,
  argv: [],
  environ: {},
  user: 1,
  netnsPath: '',
  mounts: [],
  devices: [],
  memoryLimit: bytes(1),
  cpuLimit: 1,
  logPath: '',
  exitCommand: [],
});

function open() {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-chosen-'));
  const [conmon, containerd, docker] = [new HeldInMemory(1), new HeldInMemory(2), new HeldInMemory(3)];
  const note = join(dir, 'note');
  const sandbox = new ChosenSandbox({ conmon, containerd, docker }, () => note);
  return { note, sandbox, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

test('ChosenSandbox: whatever runtime a later spec names, the one that holds a program is asked', async () => {
  using at = open();
  await at.sandbox.launch(specOf('containerd'), signal);
  assert.deepEqual(await at.sandbox.observe('a'), { state: 'running', pid: 2 });
  await at.sandbox.remove('a', signal);
  assert.equal(existsSync(at.note), false);
  await at.sandbox.launch(specOf('conmon'), signal);
  assert.deepEqual(await at.sandbox.observe('a'), { state: 'running', pid: 1 });
});

test('ChosenSandbox: as long as a removal fails, the next one goes to the same runtime', async () => {
  using at = open();
  await at.sandbox.launch(specOf('docker'), signal);
  await assert.rejects(at.sandbox.remove('a', signal), /it is down/);
  assert.deepEqual(await at.sandbox.observe('a'), { state: 'running', pid: 3 });
});

test('ChosenSandbox: what no daemon holds is of conmon', async () => {
  using at = open();
  assert.deepEqual(await at.sandbox.observe('a'), { state: 'absent' });
  await at.sandbox.launch(specOf('conmon'), signal);
  assert.equal(existsSync(at.note), false);
});
