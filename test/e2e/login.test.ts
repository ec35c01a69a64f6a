import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { type Registry, startRegistry } from './fixtures/registry.ts';

const password = 's3cret pass!';
/** The password file of the registry, made by crypt(3) with bcrypt. */
const htpasswd = 'me:$2b$05$abcdefghijklmnopqrstuuA.XvX/03C.f7s/Aehknad2QuySiaD26\n';
let leaks: AsyncDisposable;
let registry: Registry;
let ignite: Ignite;
let home: string;
let config: string;
before(async () => {
  leaks = watchLeaks();
  registry = await startRegistry(htpasswd);
  const opened = await Ignite.openWithKernel(207);
  home = join(opened.dir, 'home');
  config = join(home, '.docker/config.json');
  ignite = opened.with({
    HOME: home,
    DOCKER_CONFIG: '',
    XDG_CONFIG_HOME: '',
    XDG_RUNTIME_DIR: join(home, 'run'),
  });
  await ignite.ok('image', 'import', `oci-archive:${imageArchive('busybox')}`);
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

const logIn = (given: Ignite, ...flags: readonly string[]) =>
  given.start(
    ['login', registry.host, '-u', 'me', ...flags, '--password-stdin'],
    Buffer.from(`${password}\n`),
  ).ended;
const kept = (): Record<string, unknown> =>
  JSON.parse(readFileSync(config, 'utf8')) as Record<string, unknown>;
const names = async (): Promise<readonly string[]> =>
  (await ignite.ok('images', '--format', '{{.Name}}')).trim().split('\n').sort();

test('login as with Docker: the registry checks it, pull and push use it, and all else in config.json stays', async () => {
  const mine = {
    auths: { 'ghcr.io/team': { auth: 'eA==' } },
    HttpHeaders: { a: 'b' },
    credHelpers: { 'x.io': 'x' },
  };
  mkdirSync(join(home, '.docker'), { recursive: true });
  writeFileSync(config, JSON.stringify(mine), { mode: 0o644 });
  const image = `${registry.host}/team/busybox:1`;
  await ignite.ok('tag', 'busybox', image);
  const refused = await ignite.run('push', image);
  assert.match(
    refused.stderr,
    /^error: cannot push .*requires credentials[^]*hint: .*"ignite login REGISTRY"/m,
  );

  const wrong = await ignite.run('login', registry.host, '-u', 'me', '-p', 'not-it');
  assert.equal(wrong.code, 1);
  assert.match(
    wrong.stderr,
    /^warning: .*--password-stdin\n[^]*^error: cannot log in to \S+: it does not accept this/m,
  );
  assert.doesNotMatch(wrong.stderr, /not-it/);
  assert.deepEqual(kept(), mine);

  // A skopeo that records its environment and its arguments shows what other programs could see.
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const real = execFileSync('sh', ['-c', 'command -v skopeo'], { encoding: 'utf8' }).trim();
  writeFileSync(
    join(bin, 'skopeo'),
    `#!/bin/sh\nenv >>${home}/seen; printf '%s\\n' "$@" >>${home}/seen\nexec ${real} "$@"\n`,
  );
  chmodSync(join(bin, 'skopeo'), 0o755);
  const watched = ignite.with({ ...ignite.env, PATH: `${bin}:${process.env['PATH']}` });
  const told = await logIn(watched, '--log-level=trace');
  assert.deepEqual(
    [told.code, told.stdout],
    [0, `Login succeeded: the password is kept unencrypted in ${config}\n`],
  );
  assert.match(readFileSync(join(home, 'seen'), 'utf8'), /^--username=me$/m);
  for (const text of [told.stderr, readFileSync(join(home, 'seen'), 'utf8')])
    assert.ok(
      !text.includes(password) && !text.includes(Buffer.from(`me:${password}`).toString('base64')),
      text,
    );
  const { auths, ...others } = kept();
  assert.deepEqual(others, { HttpHeaders: mine.HttpHeaders, credHelpers: mine.credHelpers });
  assert.deepEqual(Object.keys(auths as object), ['ghcr.io/team', registry.host]);
  assert.equal(statSync(config).mode & 0o777, 0o600);

  await ignite.ok('push', image);
  await ignite.ok('rmi', image);
  await ignite.ok('image', 'import', image);
  await ignite.ok('rmi', image);

  assert.equal(await ignite.ok('logout', registry.host), `Removed the credentials for ${registry.host}\n`);
  assert.deepEqual(kept(), mine);
  assert.match((await ignite.run('image', 'import', image)).stderr, /requires credentials/);
  assert.equal(await ignite.ok('logout', registry.host), `Not logged in to ${registry.host}\n`);
});

test('login at a terminal asks for name and password, and shows nothing of the password', async () => {
  for (const [question, typed] of [
    [/Username: /, 'me\r'],
    [/Username \(me\): /, '\r'],
  ] as const) {
    await using terminal = ignite.onTerminal(['login', registry.host]);
    await terminal.shows(question);
    terminal.types(typed);
    await terminal.shows(/Password: $/);
    terminal.types(`x\u007f${password}\r`);
    const seen = await terminal.shows(/Login succeeded: /);
    assert.doesNotMatch(seen, /s3cret|pass!|\*/);
    assert.equal(await terminal.ended, 0);
  }
  await using given = ignite.onTerminal(['login', registry.host, '-u', 'me']);
  await given.shows(/Password: $/);
  given.types('\u0003');
  assert.equal(await given.ended, 130);
  const piped = await ignite.run('login', registry.host);
  assert.deepEqual([piped.code, /no terminal[^]*hint: .*--password-stdin/.test(piped.stderr)], [2, true]);
  await ignite.ok('logout', registry.host);
});

test('a password never lies in a file where a credential helper is configured, which gets it and forgets it', async () => {
  const dir = join(home, 'elsewhere');
  const bin = join(home, 'helper-bin');
  for (const each of [dir, bin]) mkdirSync(each);
  const helper = join(bin, 'docker-credential-shelf');
  const shelf = join(home, 'shelf');
  writeFileSync(
    helper,
    `#!/bin/sh\ncase $1 in\nstore) cat >${shelf} ;;\nget) cat ${shelf} 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; } ;;\nerase) rm ${shelf} 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; } ;;\nesac\n`,
  );
  chmodSync(helper, 0o755);
  writeFileSync(join(home, 'linked.json'), '{"credsStore":"shelf"}');
  symlinkSync(join(home, 'linked.json'), join(dir, 'config.json'));
  const other = ignite.with({ ...ignite.env, PATH: `${bin}:${process.env['PATH']}` });
  const where = ['--registry-config-dir', dir];
  const told = await logIn(other, ...where);
  assert.equal(
    told.stdout,
    'Login succeeded: the password is kept with docker-credential-shelf\n',
    told.stderr,
  );
  assert.ok(lstatSync(join(dir, 'config.json')).isSymbolicLink());
  const document = { credsStore: 'shelf', auths: { [registry.host]: {} } };
  assert.deepEqual(JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8')), document);
  const image = `${registry.host}/team/busybox:1`;
  await other.ok('image', 'import', ...where, image);
  await other.ok('rmi', image);
  assert.match(await other.ok('logout', registry.host, ...where), /^Removed/);
  assert.ok(!existsSync(shelf));
  assert.match(await other.ok('logout', registry.host, ...where), /^Not logged in/);
  rmSync(join(dir, 'config.json'));
});

test('where Podman has credentials for the registry too, login and logout say that those come first', async () => {
  mkdirSync(join(home, 'run/containers'), { recursive: true });
  writeFileSync(
    join(home, 'run/containers/auth.json'),
    JSON.stringify({ auths: { [registry.host]: { auth: 'eA==' } } }),
  );
  const { stderr } = await logIn(ignite);
  assert.match(
    stderr,
    /^warning: \S+run\/containers\/auth\.json has credentials for \S+ too, .*skopeo logout/m,
  );
  await ignite.ok('logout', registry.host);
  rmSync(join(home, 'run'), { recursive: true });
});

test('tag as with Docker: VMs run by the new name, rmi of a name takes the name, and of the last one the image', async () => {
  await ignite.ok('tag', 'busybox', 'mine');
  assert.deepEqual(await names(), ['busybox:latest', 'mine:latest']);
  const digests = new Set((await ignite.ok('images', '--format', '{{.status.digest}}')).trim().split('\n'));
  assert.equal(digests.size, 1);
  await ignite.ok('run', 'mine', '--name', 'vm', '--memory', '128MB', '--', 'sleep', '1000');
  assert.match(await ignite.ok('ps'), / mine\S* .* vm$/m);
  await ignite.ok('rmi', 'mine');
  assert.deepEqual(await names(), ['busybox:latest']);
  await ignite.ok('stop', '-f', 'vm');
  await ignite.ok('start', 'vm');
  assert.match((await ignite.run('rmi', 'busybox')).stderr, /is used by VM "vm"/);
  await ignite.ok('image', 'prune', '-f');
  assert.deepEqual(await names(), ['busybox:latest']);
  const archive = join(home, 'saved.tar');
  await ignite.ok('tag', 'busybox', 'other.example/mine:2');
  await ignite.ok('save', '-o', archive, 'other.example/mine:2');
  await ignite.ok('rm', '-f', 'vm');
  await ignite.ok('rmi', 'busybox', 'other.example/mine:2');
  assert.equal(await ignite.ok('images', '-q'), '');
  await ignite.ok('load', '-i', archive);
  assert.deepEqual(await names(), ['other.example/mine:2']);
  await ignite.ok('tag', 'other.example/mine:2', 'busybox');
  await ignite.ok('rmi', 'other.example/mine:2');
});

test('tag to a name that another image has: who uses that keeps it, by its digest', async () => {
  const layout = join(home, 'layout');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', imageArchive('busybox'), '-C', layout]);
  execFileSync('umoci', ['config', '--image', `${layout}:1`, '--config.user', 'nobody']);
  await ignite.ok('image', 'import', `oci:${layout}:1`);
  await ignite.ok('tag', 'busybox', 'app');
  await ignite.ok('rmi', 'busybox');
  await ignite.ok('create', 'app', '--name', 'old', '--memory', '128MB', '--', 'sleep', '1000');
  assert.equal(await ignite.ok('tag', 'layout:1', 'app'), 'Tagged image "layout:1" as "app:latest"\n');
  const [app, byDigest, ...others] = await names();
  assert.match(byDigest ?? '', /^app@sha256:[0-9a-f]{64}$/);
  assert.deepEqual([app, ...others], ['app:latest', 'layout:1']);
  await ignite.ok('start', 'old');
  await ignite.ok('rm', '-f', 'old');
  await ignite.ok('tag', byDigest!, 'busybox');
  await ignite.ok('rmi', byDigest!);
  await ignite.ok('tag', 'busybox', 'layout:1');
  await ignite.ok('tag', 'busybox', 'app');
  assert.deepEqual(await names(), ['app:latest', 'busybox:latest', 'layout:1']);
  const dirs = execFileSync('ls', [join(ignite.paths.dataDir, 'images')], { encoding: 'utf8' })
    .trim()
    .split('\n');
  assert.equal(dirs.length, 1, 'of an image without a name nothing is left');
  await ignite.ok('rmi', 'app', 'layout:1');
  for (const [target, wanted] of [
    ['Not A Name', /not an image reference/],
    [`x@sha256:${'0'.repeat(64)}`, /contains a digest/],
  ] as const) {
    const { code, stderr } = await ignite.run('tag', 'busybox', target);
    assert.equal(code, 2);
    assert.match(stderr, wanted);
  }
  assert.match((await ignite.run('tag', 'no-such', 'x')).stderr, /^error: .*no-such/m);
});
