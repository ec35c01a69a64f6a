import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Writable } from 'node:stream';
import { writeArchive } from './archive-output.ts';

async function scratch(): Promise<{ readonly dir: string } & AsyncDisposable> {
  const dir = mkdtempSync(join(tmpdir(), 'archive-output-'));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}

const text = (content: string) => async (output: Writable) => void output.write(content);

test('writeArchive: a file is replaced once all is written, and stays as it is where writing fails', async () => {
  await using work = await scratch();
  const file = join(work.dir, 'a.tar');
  await writeArchive(file, text('one'));
  const failing = async (output: Writable) => {
    output.write('half');
    throw new Error('no more');
  };
  await assert.rejects(writeArchive(file, failing), { message: 'no more' });
  assert.equal(readFileSync(file, 'utf8'), 'one');
  assert.deepEqual(readdirSync(work.dir), ['a.tar']);
});

test('writeArchive: pipes, devices and links are written to, and never replaced', async () => {
  await using work = await scratch();
  const [fifo, target, link] = ['fifo', 'target', 'link'].map((name) => join(work.dir, name));
  execFileSync('mkfifo', [fifo!]);
  writeFileSync(target!, 'what was there before');
  symlinkSync(target!, link!);
  const reader = spawnSync('sh', ['-c', `cat '${fifo}' > /dev/null &`], { stdio: 'ignore' });
  assert.equal(reader.status, 0);
  await writeArchive(fifo, text('piped'));
  assert.ok(lstatSync(fifo!).isFIFO());
  await writeArchive(link, text('linked'));
  assert.ok(lstatSync(link!).isSymbolicLink());
  assert.equal(readFileSync(target!, 'utf8'), 'linked');
});

test('writeArchive: where nothing can be written the command line is refused', async () => {
  await using work = await scratch();
  for (const file of [work.dir, join(work.dir, 'missing', 'a.tar')])
    await assert.rejects(writeArchive(file, text('')), {
      code: 'USAGE_INVALID',
      message: `cannot write ${file}: ${file === work.dir ? 'illegal operation on a directory' : 'no such file or directory'}`,
    });
});

test('writeArchive: a full disk is told as such, whatever the writer makes of it', async () => {
  const failing = async (output: Writable) => {
    output.write('x');
    await new Promise((resolve) => output.once('close', resolve));
    throw new Error('tar exited with 2');
  };
  await assert.rejects(writeArchive('/dev/full', failing), { code: 'ENOSPC' });
});

test('writeArchive: whoever reads standard output may close it early', () => {
  const program = `
    import { pipeline } from 'node:stream/promises';
    import { Readable } from 'node:stream';
    import { writeArchive } from ${JSON.stringify(join(import.meta.dirname, 'archive-output.ts'))};
    const endless = Readable.from((function* () { for (;;) yield Buffer.alloc(65536); })());
    await writeArchive(undefined, (output) => pipeline(endless, output, { end: false }));
    process.stderr.write('done');
  `;
  const command = `"$1" --input-type=module-typescript -e "$2" | head -c1 >/dev/null`;
  const { stderr } = spawnSync('sh', ['-c', command, 'sh', process.execPath, program], { encoding: 'utf8' });
  assert.equal(stderr, 'done');
});
