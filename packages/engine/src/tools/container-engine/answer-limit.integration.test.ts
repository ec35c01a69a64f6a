import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { Ctr } from './ctr.ts';
import { DockerApi } from './docker-api.ts';

const signal = new AbortController().signal;
const limitMs = 200;

/** Accepts connections and never answers, like a container engine that hangs. */
async function openSilence(): Promise<AsyncDisposable & { readonly socket: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-silence-'));
  const socket = join(dir, 'socket');
  const server = createServer((client) => client.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, { recursive: true });
    },
  };
}

test('a daemon that hangs is told of by name, with its socket and the time that it had', async () => {
  await using silence = await openSilence();
  const docker = new DockerApi(() => silence.socket, limitMs);
  const ctr = new Ctr(localRunner, () => silence.socket, limitMs);
  for (const [name, asked] of [
    ['docker', async () => await docker.findContainer('any', signal)],
    ['containerd', async () => await ctr.hasContainer('any', 'any', signal)],
  ] as const)
    await assert.rejects(asked, {
      code: 'RUNTIME_UNREACHABLE',
      message: `${name} at ${silence.socket} did not answer within 0.2 s`,
      hint: new RegExp(`journalctl -u ${name}`),
    });
});

test('a caller may stop waiting for a daemon that hangs', async () => {
  await using silence = await openSilence();
  const docker = new DockerApi(() => silence.socket);
  const reason = new Error('given up');
  const asking = new AbortController();
  const asked = docker.findContainer('any', asking.signal);
  asking.abort(reason);
  await assert.rejects(asked, (failure: Error) => failure.name === 'AbortError' || failure === reason);
});
