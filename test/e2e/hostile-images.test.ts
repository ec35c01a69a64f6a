import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Meddle, startFront } from './fixtures/front.ts';
import {
  type ImageRecipe,
  type Layer,
  digestOf,
  dockerArchive,
  gzipLayer,
  imageArchive,
  imageLayout,
  plainLayer,
  tarArchive,
  tarEntry,
  writeLayout,
} from './fixtures/hostile-image.ts';
import { Ignite, type Result } from './fixtures/ignite.ts';
import { imageArchive as ordinaryArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { type Registry, startRegistry } from './fixtures/registry.ts';

const mebi = 2 ** 20;

let leaks: AsyncDisposable;
let registry: Registry;
let ignite: Ignite;
/** The folder that no image may touch. */
let outside: string;
/** The files of the data directory when it has one ordinary image. */
let ordinary: readonly string[];
before(async () => {
  leaks = watchLeaks();
  registry = await startRegistry();
  registry.push(`oci-archive:${ordinaryArchive('http')}`, 'http:1');
  ignite = await Ignite.open(182);
  outside = join(ignite.dir, 'outside');
  mkdirSync(outside, { mode: 0o755 });
  writeFileSync(join(outside, 'file'), 'untouched', { mode: 0o600 });
  await ignite.ok('image', 'import', `oci-archive:${ordinaryArchive('busybox')}`);
  ordinary = kept();
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

function kept(): readonly string[] {
  const data = join(ignite.dir, 'data');
  const names = readdirSync(data, { recursive: true, encoding: 'utf8' });
  const index = readFileSync(join(data, 'oci/index.json'), 'utf8');
  return [index, ...names.filter((name) => !/^state\.db-|^locks\//.test(name)).sort()];
}

function assertUntouched(): void {
  assert.deepEqual(readdirSync(outside), ['file']);
  assert.equal(readFileSync(join(outside, 'file'), 'utf8'), 'untouched');
  const { mode, nlink } = lstatSync(join(outside, 'file'));
  assert.deepEqual([mode & 0o7777, nlink], [0o600, 1]);
}

async function imports(recipe: ImageRecipe, ...flags: readonly string[]): Promise<Result> {
  return await importsArchive(imageArchive(recipe), ...flags);
}

async function importsArchive(content: Buffer, ...flags: readonly string[]): Promise<Result> {
  const archive = join(ignite.dir, 'evil.tar');
  writeFileSync(archive, content);
  return await ignite.run('image', 'import', ...flags, `oci-archive:${archive}`);
}

/** Asserts that an image was refused with helpful words, and that nothing is left of it. */
function assertRefused({ code, stderr }: Result, wanted: RegExp): void {
  assert.ok(code === 1 || code === 2, stderr);
  assert.match(stderr, wanted);
  assert.match(stderr, /^hint: .+$/m);
  assert.doesNotMatch(stderr, /fault of Ignite/);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(stderr, /[\0-\x08\x0b-\x1f\x7f-\x9f]/);
  assert.deepEqual(kept(), ordinary);
}

const file = (name: string, content = 'evil'): Buffer => tarEntry({ name, content });
const symlink = (name: string, link: string): Buffer => tarEntry({ name, type: '2', link });
const paxed = (key: string, value: string, entry: Buffer): Buffer => {
  const rest = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(rest) + String(Buffer.byteLength(rest) + 3).length;
  return Buffer.concat([tarEntry({ name: 'x', type: 'x', content: `${length}${rest}` }), entry]);
};
const sizeField = (text: string) => (header: Buffer) => void header.write(text, 124, 12, 'latin1');

/**
 * Images that are unpacked safely or refused: either way nothing outside of the image is touched, and all of
 * it can be removed.
 */
const contained: Readonly<Record<string, () => readonly Buffer[]>> = {
  'paths that lead up': () => [file(`../../../../../../../../..${outside}/up`), file('a/../../../b')],
  'an absolute path': () => [file(`${outside}/absolute`)],
  'a link out of it, and a file behind that': () => [symlink('out', outside), file('out/linked')],
  'a link out of it in the place of its root': () => [symlink('.', outside), file('rooted')],
  'a link up, and one upon it': () => [
    symlink('up', '../../../../../../../..'),
    symlink('far', `up${outside}`),
    file('far/twice'),
  ],
  'a hard link to a file of the host, written through': () => [
    tarEntry({ name: 'hard', type: '1', link: `${outside}/file` }),
    tarEntry({ name: 'up', type: '1', link: `../../../../../../..${outside}/file` }),
    file('hard'),
    file('up'),
  ],
  'devices and pipes': () => [
    tarEntry({ name: 'disk', type: '4', change: (header) => void header.write('0000010\x000000000\0', 329) }),
    tarEntry({ name: 'mem', type: '3', change: (header) => void header.write('0000001\x000000001\0', 329) }),
    tarEntry({ name: 'pipe', type: '6' }),
  ],
  'setuid programs': () => [tarEntry({ name: 'root', mode: 0o6755, content: '#!/bin/sh' })],
  'whiteouts of what is above it': () => [
    file('.wh..wh..opq', ''),
    file('.wh...', ''),
    file(`../../..${outside}/.wh.file`, ''),
    symlink('out', outside),
    file('out/.wh.file', ''),
    file('out/.wh..wh..opq', ''),
  ],
  'names of 255 bytes and of control characters': () => [
    paxed('path', 'n'.repeat(255), file('x')),
    file('\u001b]0;owned\u0007\u001b[2J\r'),
    file('-rf'),
    file('new\nline'),
  ],
  'an init that is a link to a secret of the host': () => [symlink('sbin/init', join(outside, 'file'))],
};
for (const [what, entries] of Object.entries(contained)) {
  test(`an image with ${what} stays within itself`, async () => {
    const result = await imports({ layers: [gzipLayer(...entries())] });
    if (result.code === 0) await ignite.ok('rmi', 'evil:latest');
    else assertRefused(result, /^error: .*"evil:latest"/m);
    assertUntouched();
    assert.deepEqual(kept(), ordinary);
  });
}

const bomb = 'application/vnd.oci.image.layer.v1.tar';
/**
 * Returns a layer that is small as it is stored. Readers need not agree that it is intact, because they must
 * stop before its end.
 */
const unpacks = (blob: Buffer, packing: string): Layer => ({ blob, mediaType: `${bomb}+${packing}` });
/** Returns a file of `size` MiB of zeros, packed. */
const zeros = (size: number, pack: (content: Buffer) => Buffer): Buffer => {
  const header = tarEntry({ name: 'zeros', change: sizeField((size * mebi).toString(8).padStart(11, '0')) });
  const part = pack(Buffer.alloc(16 * mebi));
  return Buffer.concat([pack(header), ...Array.from({ length: size / 16 }, () => part)]);
};
const hole = (name: string, type: string): Buffer =>
  tarEntry({
    name,
    type,
    change: (header) => {
      header.write('ustar  \0', 257);
      header.write('77777777777\0', 483); // 8 GiB
    },
  });
const emptyFiles = (): Buffer =>
  Buffer.concat(Array.from({ length: 1_000 }, (_, at) => file(`dir/${at}-${'n'.repeat(60)}`, '')));

const bombs: Readonly<Record<string, () => ImageRecipe>> = {
  'of zeros, by gzip': () => ({ layers: [unpacks(zeros(4_096, gzipSync), 'gzip')] }),
  'of zeros, by zstd': () => ({ layers: [unpacks(zeros(2_048, zstdCompressSync), 'zstd')] }),
  'of zeros behind its end': () => {
    const part = gzipSync(Buffer.alloc(16 * mebi));
    const whole = [gzipSync(tarArchive(file('small'))), ...Array.from({ length: 80 }, () => part)];
    return { layers: [unpacks(Buffer.concat(whole), 'gzip')] };
  },
  'of holes': () => ({ layers: [gzipLayer(hole('holes', 'S'))] }),
  'of holes, in the words of pax': () => ({
    layers: [gzipLayer(paxed('GNU.sparse.size', String(2 ** 40), file('holes', '')))],
  }),
  'of a million empty files': () => {
    const part = gzipSync(emptyFiles());
    return { layers: [unpacks(Buffer.concat(Array.from({ length: 1_000 }, () => part)), 'gzip')] };
  },
  'of one layer many times': () => {
    const layer = gzipLayer(file('noise', randomBytes(64).toString('hex').repeat(200_000)));
    return { layers: Array.from({ length: 40 }, () => layer) };
  },
};
for (const [what, recipe] of Object.entries(bombs)) {
  test(`a bomb ${what} is refused before any of it is unpacked`, async () => {
    const result = await imports(recipe());
    assertRefused(result, /^error: image "evil:latest" is larger than .* unpacked.*\nhint: .*--max-size/m);
  });
}

test('a bomb that is a packed archive is refused before any of it is unpacked', async () => {
  const result = await importsArchive(zeros(4_096, gzipSync));
  assertRefused(result, /^error: image "evil:latest" is larger than /m);
  assertRefused(
    await ignite.start(['load'], zeros(4_096, gzipSync)).ended,
    /^error: image "the archive" is larger than /m,
  );
});

test('a user can raise or lower the size limit of an image', async () => {
  const layer = gzipLayer(...Array.from({ length: 100 }, (_, at) => file(`file-${at}`)));
  assertRefused(await imports({ layers: [layer] }, '--max-size', '100KB'), /is larger than 100\.0 KB/);
  const allowed = await imports(
    { layers: [gzipLayer(emptyFiles(), file('more', 'x'.repeat(1_000)))] },
    '--max-size',
    '1GB',
  );
  assert.equal(allowed.code, 0, allowed.stderr);
  await ignite.ok('rmi', 'evil:latest');
  assert.deepEqual(kept(), ordinary);
});

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const layers = [gzipLayer(file('file'))];

/** As a registry's: skopeo would be busy with it for minutes. */
const thousand = Array.from({ length: 1_000 }, () => layers[0]!);
const manyLayers: Readonly<Record<string, (path: string) => string>> = {
  'an archive': (path) => {
    writeFileSync(path, imageArchive({ layers: thousand }));
    return `oci-archive:${path}`;
  },
  'a layout': (path) => {
    writeLayout(path, { layers: thousand });
    return `oci:${path}`;
  },
  "Docker's archive": (path) => {
    writeFileSync(path, dockerArchive('many:1', thousand));
    return `docker-archive:${path}:docker.io/library/many:1`;
  },
};
for (const [what, make] of Object.entries(manyLayers))
  test(`${what} of a thousand layers is refused before it keeps skopeo busy`, async () => {
    assertRefused(
      await ignite.run('image', 'import', make(join(ignite.dir, what.replace(/\W/g, '-')))),
      /^error: image ".*" has more than 256 layers\nhint: nothing of it was kept/m,
    );
  });
const withLayer = (change: Record<string, unknown>): ImageRecipe => ({
  layers,
  manifest: (whole) => ({ ...whole, layers: whole.layers.map((layer) => ({ ...layer, ...change })) }),
});
const withConfig = (extra: string): ImageRecipe => ({
  layers,
  config: (whole) => JSON.stringify(whole).replace(/\}$/, `,${extra}}`),
});

/** Images that are refused or work like any other: none of them may hinder what follows. */
const odd: Readonly<Record<string, () => ImageRecipe>> = {
  'a path in the place of a digest': () =>
    withLayer({ digest: `sha256:../../../../../../..${outside}/file` }),
  'a digest of another content': () => withLayer({ digest: digestOf(Buffer.from('other')) }),
  'a negative size': () => withLayer({ size: -1 }),
  'a huge size': () => withLayer({ size: 2 ** 60 }),
  'no layers that are a list': () => ({ manifest: (whole) => ({ ...whole, layers: {} as never }) }),
  'a deep index': () => ({
    layers,
    index: (whole) => JSON.stringify(whole).replace(/\}$/, `,"deep":${nested(200_000)}}`),
  }),
  'a deep config': () => withConfig(`"deep":${nested(200_000)}`),
  'a config of 60 MB': () => withConfig(`"long":"${'x'.repeat(60_000_000)}"`),
  'a config with a key twice': () => withConfig('"os":"plan9","os":"linux"'),
  'a config that is no UTF-8': () => ({
    layers,
    config: (whole) =>
      Buffer.from(JSON.stringify(whole).replace('/bin/true', '\u00ff\u00fe/bin/true'), 'latin1'),
  }),
  'control characters in its config': () =>
    withConfig(
      '"config":{"User":"\\u001b]0;owned\\u0007","Env":["A=\\u0000\\u001b[2J"],"Cmd":["\\u009b2J"]}',
    ),
  'a layer that is cut off': () => ({ layers: [{ ...layers[0]!, blob: layers[0]!.blob.subarray(0, -20) }] }),
  'a layer that is no archive': () => ({ layers: [plainLayer(randomBytes(4_096))] }),
  'a size in a layer that is negative': () => ({
    layers: [plainLayer(tarEntry({ name: 'a', change: (header) => void header.fill(0xff, 124, 136) }))],
  }),
  'paths that are too deep': () => ({ layers: [plainLayer(paxed('path', 'd/'.repeat(490), file('x')))] }),
};
for (const [what, recipe] of Object.entries(odd)) {
  test(`an image with ${what} is refused or removed like any other`, async () => {
    const result = await imports(recipe());
    if (result.code === 0) {
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(await ignite.ok('images', '-o', 'wide'), /[\0-\x09\x0b-\x1f\x7f-\x9f]/);
      await ignite.ok('rmi', 'evil:latest');
    } else assertRefused(result, /^error: .*"evil:latest"/m);
    assertUntouched();
    assert.deepEqual(kept(), ordinary);
  });
}

test('what versions of old have left of refused images is no hindrance, and goes by prune', async () => {
  const layout = join(ignite.dir, 'data/oci');
  const { blobs, manifest } = imageLayout(withConfig(`"deep":${nested(200_000)}`));
  for (const [name, content] of blobs) writeFileSync(join(layout, 'blobs/sha256', name), content);
  const stray = '0'.repeat(64);
  writeFileSync(join(layout, 'blobs/sha256', stray), 'half');
  const path = join(layout, 'index.json');
  const index = JSON.parse(readFileSync(path, 'utf8')) as { manifests: object[] };
  const left = { mediaType: 'application/vnd.oci.image.manifest.v1+json', size: manifest.length };
  index.manifests.push(
    { ...left, digest: digestOf(manifest) },
    { ...left, digest: `sha256:${stray}`, annotations: { 'org.opencontainers.image.ref.name': 'incoming' } },
  );
  writeFileSync(path, JSON.stringify(index));
  await ignite.ok('image', 'import', `oci-archive:${ordinaryArchive('http')}`);
  await ignite.ok('rmi', 'http:latest');
  assert.match(await ignite.ok('prune', '-f'), /Freed/);
  assert.deepEqual(readdirSync(join(layout, 'blobs/sha256')), []);
  await ignite.ok('image', 'import', `oci-archive:${ordinaryArchive('busybox')}`);
  assert.deepEqual(kept(), ordinary);
});

const isBlob = (url: string | undefined): boolean => url?.includes('/blobs/') ?? false;
const isManifest = (url: string | undefined): boolean => url?.includes('/manifests/') ?? false;

/** Sends for as long as the client reads, and reports how much was sent. */
function endless(answer: ServerResponse, counted: (sent: number) => void): void {
  const part = randomBytes(mebi);
  const send = (): void => {
    let isFree = true;
    while (isFree && !answer.destroyed) {
      counted(part.length);
      isFree = answer.write(part);
    }
  };
  answer.on('drain', send).on('error', () => undefined);
  send();
}

let sent = 0;
const registries: Readonly<Record<string, readonly [Meddle, RegExp]>> = {
  'a manifest without end': [
    (asked, answer) => {
      if (!isManifest(asked.url)) return false;
      answer.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' });
      endless(answer, (count) => (sent += count));
      return true;
    },
    /^error: cannot import ".*\/http:1"/m,
  ],
  'a blob without end': [
    (asked, answer) => {
      if (!isBlob(asked.url)) return false;
      answer.writeHead(200);
      endless(answer, (count) => (sent += count));
      return true;
    },
    /^error: cannot import ".*\/http:1": the registry sends more data than declared/m,
  ],
  'a blob that is longer than it is declared to be': [
    (asked, answer, forward) => {
      if (!isBlob(asked.url)) return false;
      forward((answered, body) => {
        const { 'content-length': _length, ...headers } = answered.headers;
        answer.writeHead(answered.statusCode ?? 0, headers).end(Buffer.concat([body, body]));
      });
      return true;
    },
    /^error: cannot import ".*\/http:1": its content does not match its digests/m,
  ],
  'a redirection to a file of the host': [
    (asked, answer) => {
      if (!isBlob(asked.url)) return false;
      answer.writeHead(307, { location: `file://${outside}/file` }).end();
      return true;
    },
    /^error: cannot import ".*\/http:1"/m,
  ],
  'a redirection to itself, again and again': [
    (asked, answer) => {
      if (!isBlob(asked.url)) return false;
      answer.writeHead(307, { location: asked.url }).end();
      return true;
    },
    /^error: cannot import ".*\/http:1"/m,
  ],
  'an image of a thousand layers': [
    (asked, answer) => {
      if (isBlob(asked.url)) sent = Infinity;
      if (!isManifest(asked.url)) return false;
      const { manifest } = imageLayout({ layers: Array.from({ length: 1_000 }, () => layers[0]!) });
      answer.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' });
      answer.end(manifest);
      return true;
    },
    /^error: image ".*\/http:1" has more than 256 layers/m,
  ],
  'more than the disk takes': [
    (asked, answer) => {
      if (isBlob(asked.url)) sent = Infinity;
      if (!isManifest(asked.url)) return false;
      const { manifest } = imageLayout(withLayer({ size: 2 ** 50 }));
      answer.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' });
      answer.end(manifest);
      return true;
    },
    /^error: cannot import ".*\/http:1": the disk is full/m,
  ],
};
for (const [what, [meddle, wanted]] of Object.entries(registries)) {
  test(`a registry that has ${what} is left, and nothing of it is kept`, async () => {
    sent = 0;
    await using front = await startFront(registry.host, meddle);
    const result = await ignite.run('image', 'import', `127.0.0.1:${front.port}/http:1`);
    assertRefused(result, wanted);
    assert.doesNotMatch(result.stderr, /untouched/);
    assert.ok(sent < 100 * mebi && front.asked() < 100, `${sent} bytes were taken`);
  });
}
