import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Meddle, startFront } from './fixtures/front.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { type Registry, startRegistry } from './fixtures/registry.ts';

let registry: Registry;
let ignite: Ignite;
let dir: string;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ignite-registry-test-'));
  registry = await startRegistry();
  registry.push(`oci-archive:${imageArchive('busybox')}`, 'busybox:1');
  ignite = await Ignite.open(103);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

/** A name of the loopback in /etc/hosts that Ignite does not recognise as this host. */
const otherHost = readFileSync('/etc/hosts', 'utf8')
  .split('\n')
  .flatMap((line) => /^127\.\S+\s+(.*)$/.exec(line)?.[1]?.split(/\s+/) ?? [])
  .find((name) => !name.startsWith('localhost'));
const needsOtherHost = {
  skip: otherHost === undefined && 'no name of the loopback but localhost in /etc/hosts',
};
const disks = (): readonly string[] => {
  const folder = join(ignite.dir, 'data/images');
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => !name.includes('/'))
    : [];
};
const isBlob = (url: string | undefined): boolean => url?.includes('/blobs/') ?? false;
const isManifest = (url: string | undefined): boolean => url?.includes('/manifests/') ?? false;
/** Answers with an error in the form of the distribution spec ("Error Codes"). */
const always =
  (status: number, code = 'UNKNOWN', headers: Record<string, string> = {}): Meddle =>
  (_asked, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json', ...headers });
    answer.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }));
    return true;
  };

const faults: Readonly<Record<string, readonly [Meddle, RegExp]>> = {
  'that hangs up': [
    (asked) => {
      asked.socket.destroy();
      return true;
    },
    /the registry cannot be reached/,
  ],
  'that hangs up in the middle of a blob': [
    (asked, answer, forward) => {
      if (!isBlob(asked.url)) return false;
      forward((answered, body) => {
        answer.writeHead(answered.statusCode ?? 0, answered.headers);
        answer.write(body.subarray(0, body.length / 2), () => answer.destroy());
      });
      return true;
    },
    /the registry cannot be reached|does not match its digests/,
  ],
  'that sends a truncated blob as if it were whole': [
    (asked, answer, forward) => {
      if (!isBlob(asked.url)) return false;
      forward((answered, body) => {
        const half = body.subarray(0, body.length / 2);
        answer
          .writeHead(answered.statusCode ?? 0, { ...answered.headers, 'content-length': half.length })
          .end(half);
      });
      return true;
    },
    /does not match its digests/,
  ],
  'that sends a blob of another digest': [
    (asked, answer, forward) => {
      if (!isBlob(asked.url)) return false;
      forward((answered, body) => {
        const wrong = Buffer.from(body).fill(0x20, 10, 12);
        answer.writeHead(answered.statusCode ?? 0, answered.headers).end(wrong);
      });
      return true;
    },
    /does not match its digests/,
  ],
  'that wants credentials': [
    always(401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="registry"' }),
    /requires credentials, or rejected them/,
  ],
  'that forbids': [always(403, 'DENIED'), /requires credentials, or rejected them/],
  'that knows no such image': [
    (asked, answer) => isManifest(asked.url) && always(404, 'MANIFEST_UNKNOWN')(asked, answer, () => {}),
    /there is no such image/,
  ],
  'that allows no more pulls': [
    always(429, 'TOOMANYREQUESTS', { 'retry-after': '0' }),
    /allows no more pulls for now/,
  ],
  'that is broken': [always(500), /the registry failed/],
  'that is under maintenance': [always(503), /the registry failed/],
};

for (const [what, [meddle, wanted]] of Object.entries(faults)) {
  test(`a registry ${what} is told of, and nothing of its image is kept`, async () => {
    await using front = await startFront(registry.host, meddle);
    const result = await ignite.run('image', 'import', `127.0.0.1:${front.port}/busybox:1`);
    assert.equal(result.code, 1, result.stderr);
    assert.match(result.stderr, wanted);
    assert.match(result.stderr, /^hint: .+$/m);
    assert.ok(front.asked() > 0 && front.asked() < 100, 'it is asked again a few times at most');
    assert.equal(await ignite.ok('images', '-q'), '');
    assert.deepEqual(disks(), []);
  });
}

test('by digest, a second import is immediate, and the layers of two names are shared', async () => {
  const uid = (await ignite.ok('image', 'import', '-q', `${registry.host}/busybox:1`)).trim();
  const digest = (await ignite.ok('inspect', 'image', uid, '--format', '{{.status.digest}}')).trim();
  assert.equal(disks().length, 1);
  await ignite.ok('image', 'import', `${registry.host}/busybox@${digest}`);
  assert.equal(disks().length, 1);
  const images = await ignite.ok('images', '-o', 'wide');
  assert.equal(images.split('\n').filter((line) => line.includes(digest)).length, 2);
  await ignite.ok('rmi', uid);
  assert.equal(disks().length, 1, 'the other name needs it');
  await ignite.ok('rmi', `${registry.host}/busybox@${digest}`);
  assert.deepEqual(disks(), []);
  assert.deepEqual(readdirSync(join(ignite.dir, 'data/oci/blobs/sha256')), []);
});

test('layers that are shared with an imported image are not requested again', async () => {
  const layout = join(dir, 'shared');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', imageArchive('busybox'), '-C', layout]);
  execFileSync('umoci', ['config', '--image', `${layout}:1`, '--tag', 'two', '--config.user', 'nobody']);
  registry.push(`oci:${layout}:two`, 'busybox:two');
  const blobs: (string | undefined)[] = [];
  await using front = await startFront(registry.host, ({ method, url }) => {
    if (isBlob(url) && method === 'GET') blobs.push(url);
    return false;
  });
  const images = ['1', 'two'].map((tag) => `127.0.0.1:${front.port}/busybox:${tag}`);
  for (const image of images) await ignite.ok('image', 'import', image);
  assert.equal(blobs.length, 3, 'a layer, and the config of each');
  await ignite.ok('rmi', ...images);
});

test('credentials come from a named folder and from the home of the user', async () => {
  const wanted = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  await using front = await startFront(registry.host, (asked, answer) => {
    if (asked.headers.authorization === wanted) return false;
    return always(401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="registry"' })(
      asked,
      answer,
      () => {},
    );
  });
  const image = `127.0.0.1:${front.port}/busybox:1`;
  const config = (password: string): string => {
    const auth = Buffer.from(`me:${password}`).toString('base64');
    return JSON.stringify({ auths: { [`127.0.0.1:${front.port}`]: { auth } } });
  };
  const home = join(dir, 'home');
  mkdirSync(join(home, '.docker'), { recursive: true });
  writeFileSync(join(home, '.docker/config.json'), config('wrong'));
  const refused = await ignite.with({ HOME: home }).run('image', 'import', image);
  assert.match(refused.stderr, /or rejected them/);
  assert.ok(!refused.stderr.includes('wrong'), 'a password is never shown');
  writeFileSync(join(home, '.docker/config.json'), config('secret'));
  await ignite.with({ HOME: home }).ok('image', 'import', image);
  await ignite.ok('rmi', image);
  await ignite.ok('image', 'import', '--registry-config-dir', join(home, '.docker'), image);
  await ignite.ok('rmi', image);
});

test('plain HTTP beyond this host is refused unless the registry is listed', needsOtherHost, async () => {
  await using front = await startFront(registry.host, () => false);
  const image = `${otherHost}:${front.port}/busybox:1`;
  assert.match((await ignite.run('image', 'import', image)).stderr, /IGNITE_INSECURE_REGISTRIES/);
  await ignite
    .with({ IGNITE_INSECURE_REGISTRIES: `${otherHost}:${front.port}` })
    .ok('image', 'import', image);
  await ignite.ok('rmi', image);
});

test('a registry with a private CA is trusted once the CA is configured', needsOtherHost, async () => {
  const [key, cert] = [join(dir, 'tls.key'), join(dir, 'tls.crt')];
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...[
        '-keyout',
        key,
        '-out',
        cert,
        '-subj',
        '/CN=registry',
        '-addext',
        `subjectAltName=DNS:${otherHost}`,
      ],
    ],
    { stdio: 'ignore' },
  );
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  await using front = await startFront(registry.host, () => false, tls);
  const image = `${otherHost}:${front.port}/busybox:1`;
  assert.match(
    (await ignite.run('image', 'import', image)).stderr,
    /private CA to \/etc\/containers\/certs\.d/,
  );
  const certs = `/etc/containers/certs.d/${otherHost}:${front.port}`;
  mkdirSync(certs, { recursive: true });
  try {
    writeFileSync(join(certs, 'ca.crt'), tls.cert);
    await ignite.ok('image', 'import', image);
    await ignite.ok('rmi', image);
  } finally {
    rmSync(certs, { recursive: true });
  }
});

test('of an image for several platforms the right ones are taken, side by side', async () => {
  const layout = join(dir, 'layout');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', imageArchive('busybox'), '-C', layout]);
  execFileSync('umoci', ['config', '--image', `${layout}:1`, '--architecture', 'arm64']);
  registry.push(`oci:${layout}:1`, 'busybox:arm64');
  const manifests = await Promise.all(
    [['1', 'amd64'] as const, ['arm64', 'arm64'] as const].map(async ([tag, architecture]) => {
      const url = `http://${registry.host}/v2/busybox/manifests/${tag}`;
      const answer = await fetch(url, { headers: { accept: 'application/vnd.oci.image.manifest.v1+json' } });
      const size = (await answer.bytes()).length;
      const digest = answer.headers.get('docker-content-digest');
      return {
        mediaType: answer.headers.get('content-type'),
        digest,
        size,
        platform: { os: 'linux', architecture },
      };
    }),
  );
  const type = 'application/vnd.oci.image.index.v1+json';
  const body = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests });
  const url = `http://${registry.host}/v2/busybox/manifests/multi`;
  assert.equal((await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body })).status, 201);
  const image = `${registry.host}/busybox:multi`;
  const names = { amd64: image, arm64: `${image}@arm64` };
  await ignite.ok('image', 'import', '--platform', 'linux/amd64', image);
  await ignite.ok('image', 'import', '--arch', 'arm64', image);
  for (const [architecture, name] of Object.entries(names)) {
    const platform = await ignite.ok('inspect', 'image', name, '--format', '{{.status.platform}}');
    assert.equal(platform.trim(), `linux/${architecture}`);
  }
  await ignite.ok('rmi', ...Object.values(names));
  const only = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: manifests.slice(1) });
  await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body: only });
  const refused = await ignite.run('image', 'import', '--platform', 'linux/amd64', image);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /not available for this platform\n/);
});

test('layouts and archives of all kinds are sources too', async () => {
  const layout = join(dir, 'layout2');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', imageArchive('busybox'), '-C', layout]);
  const docker = join(dir, 'docker.tar');
  execFileSync('skopeo', [
    '--insecure-policy',
    'copy',
    '-q',
    `oci:${layout}:1`,
    `docker-archive:${docker}:app:2`,
  ]);
  for (const [source, name] of [
    [`oci:${layout}:1`, 'layout2:1'],
    [`oci-archive:${imageArchive('busybox')}`, 'busybox:latest'],
    [`docker-archive:${docker}`, 'docker:latest'],
  ] as const) {
    await ignite.ok('image', 'import', source);
    assert.ok((await ignite.ok('images')).includes(name), source);
    await ignite.ok('rmi', name);
  }
});

const damages: Readonly<Record<string, (archive: string) => void>> = {
  'is cut off': (archive) => execFileSync('truncate', ['-s', '300000', archive]),
  'is no archive': (archive) => writeFileSync(archive, 'hello'),
  'has a layer that is not what its digest promises': (archive) => {
    const text = readFileSync(archive);
    text.fill(0x41, 600_000, 600_064);
    writeFileSync(archive, text);
  },
};
for (const [what, damage] of Object.entries(damages)) {
  test(`an image that ${what} is refused, and nothing of it is kept`, async () => {
    const archive = join(dir, 'damaged.tar');
    writeFileSync(archive, readFileSync(imageArchive('busybox')));
    damage(archive);
    const result = await ignite.run('image', 'import', `oci-archive:${archive}`);
    assert.equal(result.code, what.includes('digest') ? 1 : 2, result.stderr);
    assert.match(
      result.stderr,
      /^error: (cannot import|image) "damaged:latest".*\n(cause: .*\n)?hint: .+\n$/m,
    );
    assert.equal(await ignite.ok('images', '-q'), '');
    assert.deepEqual(disks(), []);
  });
}
