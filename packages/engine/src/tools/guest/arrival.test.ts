import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { OpenFolder } from '@ignite/toolkit/files/open-folder';
import { clearArrivals, openArrival } from './arrival.ts';

let dir: string;
const at = (...names: readonly string[]): string => join(dir, ...names);
const paths = () => ({ dataDir: at('data'), runDir: at('run') });

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ignite-arrival-'));
  mkdirSync(at('out'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('openArrival: a folder of ours alone within the other, and nothing of it is left', async () => {
  await using out = await OpenFolder.at(at('out'));
  {
    await using arrival = await openArrival(at('out'), out, paths());
    assert.equal((await arrival.folder.handle.stat()).mode & 0o777, 0o700);
    writeFileSync(arrival.folder.pathOf('half'), 'x');
    await clearArrivals(paths()); // as a concurrent copy does
    assert.deepEqual((await arrival.folder.names()).map(String), ['half']);
  }
  assert.deepEqual(readdirSync(at('out')), []);
  assert.deepEqual(readdirSync(at('data/arrivals')), []);
});

/**
 * Starts a process that creates an arrival with some content, and kills it. Returns the name of the folder.
 */
async function abandoned(): Promise<string> {
  const program = `
    import { OpenFolder } from '@ignite/toolkit/files/open-folder';
    import { openArrival } from ${JSON.stringify(join(import.meta.dirname, 'arrival.ts'))};
    import { writeFileSync } from 'node:fs';
    const out = await OpenFolder.at(${JSON.stringify(at('out'))});
    const arrival = await openArrival(${JSON.stringify(at('out'))}, out, ${JSON.stringify(paths())});
    writeFileSync(arrival.folder.pathOf('half'), 'x');
    process.stdout.write('made');
    setInterval(() => out, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  return readdirSync(at('out')).find((name) => name.startsWith('.ignite-arrival-'))!;
}

test('clearArrivals: what a copy left that was killed is gone with the next one, and nothing else is', async () => {
  const name = await abandoned();
  mkdirSync(at('out/.ignite-arrival-of-mine'));
  await clearArrivals(paths());
  assert.ok(name);
  assert.deepEqual(readdirSync(at('out')), ['.ignite-arrival-of-mine']);
  assert.deepEqual(readdirSync(at('data/arrivals')), []);
});

test('clearArrivals: what somebody else has put in its place stays', async () => {
  const name = await abandoned();
  renameSync(at('out', name), at('moved'));
  mkdirSync(at('victim'));
  writeFileSync(at('victim/important'), '');
  symlinkSync(at('victim'), at('out', name));
  await clearArrivals(paths());
  assert.deepEqual(readdirSync(at('victim')), ['important']);
  assert.deepEqual(readdirSync(at('data/arrivals')), []);
});

test('clearArrivals: a folder that is gone or of another user is no trouble', async () => {
  const name = await abandoned();
  execFileSync('chmod', ['755', at('out', name)]);
  await clearArrivals(paths());
  assert.deepEqual(readdirSync(at('out', name)), ['half']);
  await abandoned();
  rmSync(at('out'), { recursive: true });
  await clearArrivals(paths());
  assert.deepEqual(readdirSync(at('data/arrivals')), []);
});
