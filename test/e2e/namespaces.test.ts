import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const image = `oci-archive:${imageArchive('busybox')}`;
let ignite: Ignite;
let leaks: AsyncDisposable;
before(async () => {
  leaks = watchLeaks();
  ignite = await Ignite.openWithKernel(231);
  await ignite.ok('image', 'import', image);
  await ignite.ok('create', image, '-n', 'web');
  await ignite.ok('create', image, '-n', 'prod', '--name', 'web');
  await ignite.ok('create', image, '--namespace', 'prod', '-n', 'db');
});
after(async () => {
  await ignite[Symbol.asyncDispose]();
  await leaks[Symbol.asyncDispose]();
});

/** The words under some titles of a table. */
function columnsOf(text: string, ...titles: readonly string[]): readonly string[] {
  const [header = '', ...rows] = text.trimEnd().split('\n');
  return rows.map((row) =>
    titles.map((title) => /^\S*/.exec(row.slice(header.indexOf(title)))?.[0]).join(' '),
  );
}

test('VMs of all namespaces are listed, those of one with -n, and with a column for it with -A', async () => {
  assert.match(await ignite.ok('ps', '-a'), / web\n[^]* prod\/db\n[^]* prod\/web\n/);
  const prod = await ignite.ok('ps', '-a', '-n', 'prod');
  assert.match(prod, / db\n[^]* web\n$/);
  assert.doesNotMatch(prod, /prod\//);
  const all = await ignite.ok('ps', '-aA');
  assert.match(all, /^NAMESPACE +VM ID /);
  assert.deepEqual(columnsOf(all, 'NAMESPACE'), ['default', 'prod', 'prod']);
  assert.doesNotMatch(all, /prod\//);
  assert.equal(await ignite.ok('ps', '-a', '-n', 'nowhere', '-q'), '');
  const within = ignite.with({ IGNITE_NAMESPACE: 'prod' });
  assert.equal((await within.ok('ps', '-aq')).trim().split('\n').length, 2);
  assert.equal((await within.ok('ps', '-aqA')).trim().split('\n').length, 3);
});

test('get lists the objects of a namespace, and prints them in every form', async () => {
  assert.deepEqual(columnsOf(await ignite.ok('get', 'vms', '-n', 'prod'), 'NAME '), ['db', 'web']);
  assert.deepEqual(columnsOf(await ignite.ok('get', 'vms', '-A'), 'NAMESPACE', 'NAME '), [
    'default web',
    'prod db',
    'prod web',
  ]);
  assert.equal(await ignite.ok('get', 'vms', '-o', 'name'), 'vm/web\nvm/prod/db\nvm/prod/web\n');
  assert.deepEqual(
    JSON.parse(await ignite.ok('get', 'vms', '-n', 'prod', '-o', 'json')).items.map(
      (vm: { readonly metadata: { readonly name: string } }) => vm.metadata.name,
    ),
    ['db', 'web'],
  );
  assert.match(await ignite.ok('get', 'vm', 'web', '-n', 'prod', '-o', 'yaml'), /\n {2}namespace: prod\n/);
  assert.equal(await ignite.ok('get', 'vm/db', '-n', 'prod', '-t', '{{.metadata.namespace}}'), 'prod\n');
  assert.match(await ignite.ok('get', '-n', 'prod'), /^KIND +NAME [^]*VM +db [^]*VM +web /);
  assert.doesNotMatch(await ignite.ok('get', '-n', 'prod'), /Image/);
  assert.match(await ignite.ok('get', 'images', '-n', 'prod'), /Image/);
});

test('a name is looked for in the namespace, and a full name and a uid everywhere', async () => {
  const field = async (...args: readonly string[]): Promise<string> =>
    (await ignite.ok('inspect', ...args, '-t', '{{.metadata.namespace}}/{{.metadata.name}}')).trim();
  const uid = (await ignite.ok('inspect', 'web', '-t', '{{.metadata.uid}}')).trim();
  assert.equal(await field('web'), 'default/web');
  assert.equal(await field('web', '-n', 'prod'), 'prod/web');
  assert.equal(await field('-n', 'prod', 'vm', 'we'), 'prod/web');
  assert.equal(await field('-n', 'prod', 'default/web'), 'default/web');
  assert.equal(await field('-n', 'prod', uid), 'default/web');
  const within = ignite.with({ IGNITE_NAMESPACE: 'prod' });
  assert.match(await within.ok('rename', 'db', 'sql'), /Renamed VM [^]*"sql"/);
  const missing = await ignite.run('rm', '-n', 'dev', 'web');
  assert.equal(missing.code, 1);
  assert.match(
    missing.stderr,
    /there is no VM with the name or uid "dev\/web"[^]*did you mean "(default|prod)\/web"/,
  );
  const tail = await ignite.run('logs', '-n', 'prod', 'web');
  assert.match(tail.stderr, /--tail prod: not a number of lines[^]*--namespace is the namespace/);
});

test('apply puts what names no namespace into that of -n, and refuses what names another one', async () => {
  const file = join(ignite.dir, 'vm.yaml');
  const manifest = (namespace: string): string => `apiVersion: ignite.weave.works/v1
kind: VM
metadata: {name: app${namespace}}
spec: {image: {oci: "${image}"}, power: Stopped}
`;
  writeFileSync(file, manifest(''));
  assert.match(await ignite.ok('apply', '-n', 'prod', '-f', file), /VM\/prod\/app applied\n$/);
  assert.equal(await ignite.ok('diff', '-n', 'prod', '-f', file), '');
  assert.match(
    await ignite.with({ IGNITE_NAMESPACE: 'prod' }).ok('apply', '-f', file),
    /prod\/app unchanged/,
  );
  writeFileSync(file, manifest(', namespace: dev'));
  const refused = await ignite.run('apply', '-n', 'prod', '-f', file);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /from the provided object "dev" does not match the namespace "prod"/);
  assert.equal((await ignite.run('create', '-n', 'prod', '--name', 'x', '--config', file)).code, 2);
  assert.equal(await ignite.ok('delete', '-n', 'prod', 'vm/app'), 'VM/prod/app removed\n');
});

test('volumes are made, listed, pruned and removed in their namespace', async () => {
  await ignite.ok('volume', 'create', 'data', '--size', '16MB');
  await ignite.ok('volume', 'create', '-n', 'prod', 'data', '--size', '16MB');
  assert.match(await ignite.ok('volume', 'ls', '-A'), /^NAMESPACE +VOLUME ID [^]*\ndefault [^]*\nprod /);
  assert.match(await ignite.ok('volume', 'resize', '-n', 'prod', 'data', '32MB'), /Resized volume "data"/);
  assert.match(
    await ignite.ok('volume', 'prune', '-n', 'prod', '--dry-run'),
    /^Would remove volume "prod\/data"[^\n]*\nWould free/,
  );
  await ignite.ok('volume', 'rm', '-n', 'prod', 'data');
  assert.equal(await ignite.ok('volume', 'ls', '-n', 'prod', '-q'), '');
  await ignite.ok('volume', 'rm', 'data');
});

test('vm prune and rm remove VMs of the namespace alone, and events tell of them', async () => {
  assert.match(
    await ignite.ok('vm', 'prune', '-n', 'prod', '-f'),
    /Removed VM "prod\/sql"[^]*Removed VM "prod\/web"/,
  );
  assert.equal(await ignite.ok('ps', '-a', '-o', 'name'), 'vm/web\n');
  const events = await ignite.ok('events', '-n', 'prod');
  assert.match(events, / VM\/prod\/web Removed: /);
  assert.doesNotMatch(events, / VM\/web /);
  await ignite.ok('rm', '-n', 'default', 'web');
});
