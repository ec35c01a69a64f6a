import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DirectorySource } from './directory-source.ts';
import { watchDirectory } from './directory-watch.ts';

const root = mkdtempSync(join(tmpdir(), 'gitops-directory-'));
after(() => rmSync(root, { recursive: true, force: true }));
/** A patience long enough for a machine under heavy load. */
const patienceMs = 600_000;
const op = { signal: new AbortController().signal, report: () => {} };

const contents = async (source: DirectorySource) =>
  Object.fromEntries((await source.fetch(op)).files.map(({ path, text }) => [path, text]));

describe('DirectorySource', () => {
  test('a fetch returns manifests without hidden files and symlinks, and the same revision while nothing changes', async () => {
    const dir = mkdtempSync(join(root, 'd-'));
    mkdirSync(join(dir, 'sub/.git'), { recursive: true });
    writeFileSync(join(dir, 'a.yaml'), 'a');
    writeFileSync(join(dir, 'sub/b.json'), 'b');
    writeFileSync(join(dir, 'sub/.git/c.yaml'), 'c');
    writeFileSync(join(dir, '.a.yaml.swp.yaml'), 'x');
    symlinkSync('/etc/hostname', join(dir, 'link.yaml'));
    const source = new DirectorySource(dir);
    assert.deepEqual(await contents(source), { 'a.yaml': 'a', 'sub/b.json': 'b' });
    assert.equal(await source.fetch(op), await source.fetch(op));
    writeFileSync(join(dir, 'a.yaml'), 'A');
    assert.equal((await contents(source))['a.yaml'], 'A');
  });

  test('what a file or a folder is exchanged for meanwhile is not read, be it a link to it', async () => {
    const [dir, secret] = [mkdtempSync(join(root, 'd-')), mkdtempSync(join(root, 'secret-'))];
    writeFileSync(join(secret, 'a.yaml'), 'secret');
    mkdirSync(join(dir, 'sub'));
    writeFileSync(join(dir, 'sub/a.yaml'), 'mine');
    const exchange = 'while :; do mv sub old; ln -s "$0" sub; rm sub; mv old sub; done 2>/dev/null';
    const owner = spawn('sh', ['-c', exchange, secret], { cwd: dir });
    const ended = once(owner, 'exit');
    try {
      for (let look = 0; look < 1_000; look += 1) {
        const found = await contents(new DirectorySource(dir));
        assert.ok(
          Object.values(found).every((text) => text === 'mine'),
          JSON.stringify(found),
        );
      }
    } finally {
      owner.kill('SIGKILL');
      await ended;
    }
  });

  test('a folder that is not there is an error, not an empty revision', async () => {
    await assert.rejects(new DirectorySource(join(root, 'nowhere')).fetch(op), {
      code: 'SOURCE_UNREACHABLE',
    });
  });
});

test('watchDirectory: whatever is done to a folder, the last look after the last wake-up sees all of it', async () => {
  let seed = 20_261_124;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const dir = mkdtempSync(join(root, 'watched-'));
  const model = new Map<string, string>();
  const source = new DirectorySource(dir);
  const stop = new AbortController();
  let seen: Record<string, string> = {};
  let looking = Promise.resolve();
  const watching = watchDirectory(
    dir,
    () => {
      looking = looking.then(async () => {
        seen = await contents(source);
      });
    },
    stop.signal,
  );
  const pathOf = (): string => ['', 'x/', 'x/y/', 'z/w/v/'][random(4)]! + `f${random(6)}.yaml`;
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
    model.set(path, text);
  };
  const acts: readonly (() => void)[] = [
    () => write(pathOf(), `text ${random(1_000)}`),
    // An editor saves by renaming.
    () => {
      const path = pathOf();
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, '.draft'), `saved ${random(1_000)}`);
      renameSync(join(dir, '.draft'), join(dir, path));
      model.set(path, `saved ${seed % 1_000}`);
    },
    // The file is edited and removed at once.
    () => {
      const path = pathOf();
      write(path, 'for a moment');
      rmSync(join(dir, path));
      model.delete(path);
    },
    // The file is renamed.
    () => {
      const [from] = model.keys();
      const to = pathOf();
      if (from === undefined || from === to) return;
      mkdirSync(dirname(join(dir, to)), { recursive: true });
      renameSync(join(dir, from), join(dir, to));
      model.set(to, model.get(from)!);
      model.delete(from);
    },
    // A whole folder is removed, and may come back.
    () => {
      rmSync(join(dir, 'x'), { recursive: true, force: true });
      for (const path of [...model.keys()]) if (path.startsWith('x/')) model.delete(path);
      if (random(2) === 0) write('x/y/f0.yaml', `back ${random(1_000)}`);
    },
  ];
  for (let round = 0; round < 25; round += 1) {
    for (let act = 0; act < 1 + random(8); act += 1) acts[random(acts.length)]!();
    const wanted = Object.fromEntries([...model].sort(([a], [b]) => (a < b ? -1 : 1)));
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
      await delay(20);
      await looking;
      if (JSON.stringify(seen) === JSON.stringify(wanted)) break;
    }
    assert.deepEqual(seen, wanted, `round ${round}`);
  }
  stop.abort();
  await watching;
});
