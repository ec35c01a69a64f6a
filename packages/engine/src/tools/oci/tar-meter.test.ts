import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TarMeter, TarTooLargeError } from './tar-meter.ts';

const block = 4_096;
const mebi = 2 ** 20;

interface Entry {
  readonly name: string;
  readonly type?: string;
  /** The size that the header claims, whatever follows. */
  readonly size?: string;
  readonly content?: Buffer;
  readonly change?: (header: Buffer) => void;
}

function entry({ name, type = '0', content = Buffer.alloc(0), size, change }: Entry): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'latin1');
  header.write('0000644\0', 100);
  header.write(size ?? `${content.length.toString(8).padStart(11, '0')} `, 124, 12, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257);
  change?.(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const record = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  const length = rest.length + String(rest.length + 2).length;
  return `${length}${rest}`;
};
const pax = (...records: readonly string[]): Buffer =>
  entry({ name: 'x', type: 'x', content: Buffer.from(records.join('')) });
const file = (name: string, length = 0): Buffer => entry({ name, content: Buffer.alloc(length, 'a') });

function measured(archive: Buffer, limit = mebi, partLength = archive.length): number {
  const meter = new TarMeter(limit);
  meter.begin();
  for (let at = 0; at < archive.length; at += partLength) meter.add(archive.subarray(at, at + partLength));
  return meter.space;
}

test('TarMeter: every file takes a block and those of its content, however the archive comes in', () => {
  const archive = Buffer.concat([
    entry({ name: 'a/', type: '5' }),
    file('a/empty'),
    file('a/small', 1),
    file('a/large', block + 1),
    entry({ name: 'a/link', type: '1', size: '00000777777\0' }),
    Buffer.alloc(10_240),
  ]);
  for (const partLength of [archive.length, 512, 100, 1])
    assert.equal(measured(archive, mebi, partLength), 8 * block);
});

test('TarMeter: folders that no entry makes take a block each, once', () => {
  assert.equal(measured(Buffer.concat([file('a/b/c/one'), file('a/b/c/two'), file('a/d/three')])), 7 * block);
});

test('TarMeter: what GNU tar writes of a real folder', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-tar-'));
  try {
    const deep = join(dir, ...Array.from({ length: 9 }, (_, at) => `${at}-${'n'.repeat(30)}`));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'file'), 'x'.repeat(5_000));
    for (const format of ['gnu', 'posix']) {
      const archive = execFileSync('tar', ['-C', dir, `--format=${format}`, '-c', '.']);
      assert.equal(measured(archive), (1 + 9 + 3) * block, format);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('TarMeter: files with holes count with them, in every form', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ignite-tar-'));
  try {
    execFileSync('truncate', ['-s', '100M', join(dir, 'holes')]);
    const forms = ['--format=gnu', '--sparse-version=0.0', '--sparse-version=0.1', '--sparse-version=1.0'];
    for (const form of forms) {
      const format = form.startsWith('--format') ? [] : ['--format=posix'];
      const archive = execFileSync('tar', ['-C', dir, '-S', ...format, form, '-c', 'holes']);
      assert.ok(archive.length < mebi);
      assert.throws(() => measured(archive, 50 * mebi), TarTooLargeError, form);
      assert.equal(measured(archive, 200 * mebi), 100 * mebi + block, form);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('TarMeter: old records about holes do not hide what follows them', () => {
  const sparse = entry({
    name: 'holes',
    type: 'S',
    change: (header) => {
      header[482] = 1;
      header.write('00000010000\0', 483);
    },
  });
  const more = (last: boolean): Buffer => {
    const holes = Buffer.alloc(512);
    holes[504] = last ? 0 : 1;
    return holes;
  };
  assert.equal(measured(Buffer.concat([sparse, more(false), more(true), file('next')])), 3 * block);
});

test('TarMeter: the size of an extended header is that of the file behind it, and of no other', () => {
  const content = Buffer.alloc(1_024, 'a');
  const behind = Buffer.concat([entry({ name: 'a', size: '00000000000 ' }), content]);
  assert.equal(measured(Buffer.concat([pax(record('size', '1024')), behind, file('b')])), 3 * block);
  // If there are two extended headers, Go uses only the second one. Then the content is read as headers.
  const twice = Buffer.concat([pax(record('size', '1024')), pax(record('path', 'a')), behind]);
  assert.throws(() => measured(twice), RangeError);
});

const tooLarge: Readonly<Record<string, () => Buffer>> = {
  'of many empty files': () => Buffer.concat(Array.from({ length: 300 }, (_, at) => file(`file-${at}`))),
  'of many folders that are only implied': () =>
    Buffer.concat(Array.from({ length: 30 }, (_, at) => file(`${at}/${'d/'.repeat(40)}file`))),
  'of a size in binary': () =>
    entry({
      name: 'a',
      change: (header) => header.fill(0, 124, 136).writeUInt8(0x80, 124) && header.writeUInt8(1, 130),
    }),
  'of zeros behind its end': () => Buffer.alloc(2 * mebi),
};
for (const [what, archive] of Object.entries(tooLarge)) {
  test(`TarMeter: an archive ${what} is too large`, () => {
    assert.throws(() => measured(archive()), TarTooLargeError);
  });
}

const damaged: Readonly<Record<string, () => Buffer>> = {
  'no header': () => Buffer.alloc(512, 'a'),
  'a negative size': () => entry({ name: 'a', change: (header) => header.fill(0xff, 124, 136) }),
  'a size that is none': () => entry({ name: 'a', size: '0000000x000 ' }),
  'a path that is too deep': () => pathed('d/'.repeat(300)),
  'an extended header that is damaged': () =>
    entry({ name: 'x', type: 'x', content: Buffer.from('99 size=1\n') }),
  'an extended header that is too long': () => entry({ name: 'x', type: 'x', size: '77777777777 ' }),
  'an extended size that is none': () => pax(record('size', '-1')),
  'content of what may be a folder': () => entry({ name: 'a/', type: '\0', content: Buffer.alloc(10) }),
  'something behind one record of zeros': () => Buffer.concat([Buffer.alloc(512), file('a')]),
};
const pathed = (path: string): Buffer => Buffer.concat([pax(record('path', path)), file('a')]);
for (const [what, archive] of Object.entries(damaged)) {
  test(`TarMeter: ${what} is refused`, () => {
    assert.throws(() => measured(archive()), RangeError);
  });
}
