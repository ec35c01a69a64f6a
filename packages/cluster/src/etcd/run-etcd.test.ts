import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const script = join(import.meta.dirname, '../../../../images/etcd/files/run-etcd');

/** Runs the script of the image in a folder, where programs say with what they were called. */
function run(given: {
  readonly isRestored: boolean;
  readonly hasSnapshot?: boolean;
  readonly hasData?: boolean;
}) {
  const dir = mkdtempSync(join(tmpdir(), 'run-etcd-'));
  try {
    for (const folder of ['etc', 'lib', 'bin']) mkdirSync(join(dir, folder));
    writeFileSync(join(dir, 'etc/etcd.json'), '{}');
    if (given.isRestored) writeFileSync(join(dir, 'etc/restore'), `--data-dir\n${dir}/lib/data\n`);
    if (given.hasSnapshot) writeFileSync(join(dir, 'lib/restored.db'), 'snapshot');
    if (given.hasData) mkdirSync(join(dir, 'lib/data'));
    const program = (name: string, text: string): void =>
      writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    program('chown', '');
    program('sync', '');
    program('start-stop-daemon', 'echo started');
    program('etcdutl', 'echo restored; mkdir "$4"');
    const text = readFileSync(script, 'utf8')
      .replaceAll('/etc/etcd', `${dir}/etc`)
      .replaceAll('/var/lib/etcd', `${dir}/lib`)
      .replaceAll('/usr/local/bin', `${dir}/bin`);
    const env = { PATH: `${dir}/bin:${process.env['PATH']}` };
    const { status, stdout, stderr } = spawnSync('sh', ['-c', text], { env, encoding: 'utf8' });
    return {
      status,
      said: stdout.split('\n').filter(Boolean),
      told: stderr.replaceAll(dir, ''),
      hasData: existsSync(join(dir, 'lib/data')),
      hasSnapshot: existsSync(join(dir, 'lib/restored.db')),
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('a member without a snapshot starts etcd', () => {
  const { status, said } = run({ isRestored: false });
  assert.deepEqual({ status, said }, { status: 0, said: ['started'] });
});

test('a snapshot becomes the data, and goes', () => {
  assert.deepEqual(run({ isRestored: true, hasSnapshot: true }), {
    ...{ status: 0, said: ['restored', 'started'], told: '' },
    ...{ hasData: true, hasSnapshot: false },
  });
});

test('a member that has its data needs no snapshot', () => {
  const { status, said } = run({ isRestored: true, hasData: true });
  assert.deepEqual({ status, said }, { status: 0, said: ['started'] });
});

test('a member that lacks its snapshot does not start without data', () => {
  assert.deepEqual(run({ isRestored: true }), {
    ...{ status: 1, said: [], hasData: false, hasSnapshot: false },
    told: 'run-etcd: /lib/restored.db is missing, and etcd would begin without its data\n',
  });
});
