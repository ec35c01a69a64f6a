import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseRuntime } from './choose-runtime.ts';

async function choose(wanted: Parameters<typeof chooseRuntime>[0], env: NodeJS.ProcessEnv) {
  const warnings: string[] = [];
  const report = (event: { readonly kind: string; readonly message?: string }): void => {
    warnings.push(`${event.kind}: ${event.message}`);
  };
  return { runtime: await chooseRuntime(wanted, { ...process.env, ...env }, { report }), warnings };
}

test('chooseRuntime: a daemon that does not answer is told of, and conmon takes its place', async () => {
  for (const [wanted, env] of [
    ['containerd', { CONTAINERD_ADDRESS: '/none/c.sock' }],
    ['docker', { DOCKER_HOST: 'unix:///none/d.sock' }],
  ] as const) {
    const { runtime, warnings } = await choose(wanted, env);
    assert.equal(runtime, 'conmon');
    assert.match(
      warnings.join('\n'),
      new RegExp(`^warning: ${wanted} .* at /none/.\\.sock: using conmon instead; to fix this: `),
    );
  }
});

test('chooseRuntime: a Docker of another host is none of ours', async () => {
  const { runtime, warnings } = await choose('docker', { DOCKER_HOST: 'tcp://10.0.0.1:2375' });
  assert.equal(runtime, 'conmon');
  assert.match(warnings.join('\n'), /tcp:\/\/10\.0\.0\.1:2375.*unset DOCKER_HOST/);
});

test('chooseRuntime: what was not asked for, and conmon, need no daemon', async () => {
  const env = { CONTAINERD_ADDRESS: '/none', DOCKER_HOST: 'unix:///none' };
  assert.deepEqual(await choose(undefined, env), { runtime: undefined, warnings: [] });
  assert.deepEqual(await choose('conmon', env), { runtime: 'conmon', warnings: [] });
});

test('chooseRuntime: a daemon that answers is taken', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-choose-'));
  const path = join(dir, 's');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    const chosen = await choose('docker', { DOCKER_HOST: `unix://${path}` });
    assert.deepEqual(chosen, { runtime: 'docker', warnings: [] });
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});
