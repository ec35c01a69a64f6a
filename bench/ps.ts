import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiVersion } from '@ignite/api/v1/group';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import { newUid } from '@ignite/toolkit/object/uid';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import * as v from 'valibot';
import { compare, cpuTime, report } from './measure.ts';

const root = join(import.meta.dirname, '..');
const rounds = 25;

/**
 * Measures the CPU time of `ignite ps` with stores of several sizes, against the bare start of the same Node and
 * against `podman ps`.
 */
export async function benchPs(): Promise<void> {
  const hasPodman = spawnSync('podman', ['--version']).status === 0;
  for (const count of [1, 100, 1_000]) {
    const dir = mkdtempSync(join(tmpdir(), 'ignite-bench-'));
    try {
      await fill(join(dir, 'state.db'), count);
      const env = { ...process.env, IGNITE_DATA_DIR: dir };
      const run =
        (...command: readonly string[]) =>
        () =>
          cpuTime(command, env);
      const times = await compare(rounds, {
        ps: run(join(root, 'bin/ignite'), 'ps', '-a'),
        node: run(process.execPath, '-e', '0'),
        ...(hasPodman && { podman: run('podman', 'ps') }),
      });
      const what = `ignite ps, ${count} VM${count === 1 ? '' : 's'}`;
      report(what, times['ps']!, 'a bare start of Node', times['node']!, 1.6);
      if (hasPodman) report('', times['ps']!, 'podman ps, empty', times['podman']!, 1.5);
    } finally {
      rmSync(dir, { recursive: true });
    }
  }
  if (!hasPodman) console.log('podman is not installed: not compared');
}

async function fill(path: string, count: number): Promise<void> {
  using store = openSqliteStore(path);
  const spec = v.parse(vmSpecSchema, { image: { oci: 'debian:12' } });
  for (let at = 0; at < count; at += 1) {
    const metadata = { name: `vm-${at}`, uid: newUid() };
    await store.create({ apiVersion, kind: 'VM', metadata, spec, status: { phase: 'Created' } });
  }
}
