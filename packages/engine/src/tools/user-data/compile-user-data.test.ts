import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compileUserData } from './compile-user-data.ts';

const metaData = '{"instance-id": "0123", "local-hostname": "node-1"}';

/** Returns the files for the guest, as text. */
const compiled = (userData: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    compileUserData(userData, metaData).map(({ path, content = [] }) => [
      path,
      Buffer.from(content).toString(),
    ]),
  );
const config = (yaml: string): Readonly<Record<string, string>> => compiled(`#cloud-config\n${yaml}`);

test('an empty cloud-config leaves nothing to do', () => {
  assert.deepEqual(config(''), { setup: '' });
  assert.deepEqual(config('{}'), { setup: '' });
});

test('write_files: contents by each name of their encodings, and the defaults of cloud-init', () => {
  const packed = gzipSync('packed').toString('base64');
  const files = config(`write_files:
  - {path: /a, content: plain}
  - {path: /b, content: c2VjcmV0, encoding: b64, permissions: '0600', owner: 'ada:adm'}
  - {path: /c, content: '${packed}', encoding: gz+b64, append: true}
  - {path: /d, content: '${packed}', encoding: gzip+base64}
  - {path: "/it's"}
`);
  assert.deepEqual(files, {
    setup: `step put_file '/a' 'file-0' 'root:root' '0644' 'replace'
step put_file '/b' 'file-1' 'ada:adm' '0600' 'replace'
step put_file '/c' 'file-2' 'root:root' '0644' 'append'
step put_file '/d' 'file-3' 'root:root' '0644' 'replace'
step put_file '/it'\\''s' 'file-4' 'root:root' '0644' 'replace'
`,
    ...{ 'file-0': 'plain', 'file-1': 'secret', 'file-2': 'packed', 'file-3': 'packed', 'file-4': '' },
  });
});

test('commands: lines for the shell stay as they are, and lists are words', () => {
  const { bootcmd, runcmd } = config(`bootcmd: ['echo $HOME']
runcmd:
  - a && b > /run/cluster-api/bootstrap-success.complete
  - [printf, '%s|', "it's", '$HOME', 7]
`);
  assert.equal(bootcmd, '#!/bin/sh\necho $HOME\n');
  assert.equal(
    runcmd,
    `#!/bin/sh\na && b > /run/cluster-api/bootstrap-success.complete\n'printf' '%s|' 'it'\\''s' '$HOME' '7'\n`,
  );
  assert.equal(execFileSync('sh', ['-c', runcmd.split('\n')[2]!], { encoding: 'utf8' }), "it's|$HOME|7|");
});

test('commands that are to make the sentinel of Cluster API are held to it', () => {
  const sentinel = '/run/cluster-api/bootstrap-success.complete';
  assert.equal(config(`runcmd: ['kubeadm join && echo success > ${sentinel}']`)['sentinel'], `${sentinel}\n`);
  assert.equal(config('runcmd: [uptime]')['sentinel'], undefined);
});

test('users: groups first, then the user, and what belongs to him', () => {
  const { setup } = config(`users:
  - name: ada
    gecos: Ada Lovelace
    groups: adm, new
    primary_group: makers
    homedir: /srv/ada
    shell: /bin/sh
    passwd: $6$salt$hash
    lock_passwd: false
    sudo: [ALL=(ALL) NOPASSWD:ALL]
    ssh_authorized_keys: [ssh-ed25519 AAAA ada]
  - name: bob
    sudo: false
`);
  assert.equal(
    setup,
    `step add_group 'adm'
step add_group 'new'
step add_group 'makers'
step add_user 'ada' '--comment' 'Ada Lovelace' '--groups' 'adm,new' '--gid' 'makers' '--home-dir' '/srv/ada' '--shell' '/bin/sh'
step set_password 'ada' '$6$salt$hash'
step allow_sudo 'ada' 'ALL=(ALL) NOPASSWD:ALL'
step authorize_key 'ada' 'ssh-ed25519 AAAA ada'
step add_user 'bob'
step lock_password 'bob'
`,
  );
});

test('ntp and mounts: servers before pools, and the fields of fstab that are missing', () => {
  const { setup } = config(`ntp: {pools: [pool.example], servers: [a.example]}
mounts:
  - [vdb, /data]
  - ['LABEL=x', /x, ext4, 'defaults,ro', '0', 0]
`);
  assert.equal(
    setup,
    `step use_time_servers 'a.example pool.example'
step add_mount '/dev/vdb' '/data' 'auto' 'defaults,nofail' '0' '2'
step add_mount 'LABEL=x' '/x' 'ext4' 'defaults,ro' '0' '0'
`,
  );
  assert.equal(config('ntp: {enabled: false, servers: [a]}')['setup'], '');
});

test('a template has the meta-data filled in, and only if its first line says that it is one', () => {
  const template = (line: string) => compiled(`## template: jinja\n#cloud-config\nruncmd: ['${line}']`);
  assert.equal(
    template('echo {{ ds.meta_data.local_hostname }} {{ds.meta_data.instance_id}} {{ v1.instance_id }}')[
      'runcmd'
    ],
    '#!/bin/sh\necho node-1 0123 0123\n',
  );
  assert.equal(
    template('{{ ds.meta_data.local-hostname }}')['refused'],
    'the template asks for "ds.meta_data.local-hostname"; known: ds.meta_data.instance_id, ds.meta_data.local_hostname, v1.instance_id, v1.local_hostname',
  );
  assert.equal(template('{% if a %}')['refused'], 'the template has "{%": only {{ NAME }} is filled in');
  assert.equal(
    config("runcmd: ['echo {{ ds.meta_data.instance_id }}']")['runcmd'],
    '#!/bin/sh\necho {{ ds.meta_data.instance_id }}\n',
  );
});

/** A content that becomes half of what all files may have. */
const large = gzipSync(Buffer.alloc(2 ** 23)).toString('base64');

for (const [what, userData, why] of [
  ['a script', '#!/bin/sh\necho', 'the user data does not begin with "#cloud-config"'],
  [
    'a module that is not known',
    '#cloud-config\npackages: [a]',
    'user data.packages: unknown field "packages"',
  ],
  [
    'a field of a file that is not known',
    '#cloud-config\nwrite_files: [{path: /a, defer: true}]',
    'user data.write_files.0.defer: unknown field "defer"',
  ],
  [
    'a relative path',
    '#cloud-config\nwrite_files: [{path: a}]',
    'user data.write_files.0.path: must be an absolute path',
  ],
  [
    'permissions that YAML takes for a number',
    '#cloud-config\nwrite_files: [{path: /a, permissions: 0644}]',
    'user data.write_files.0.permissions: must be a text, not 644',
  ],
  [
    'contents that are more than 16 MiB together',
    `#cloud-config\nwrite_files: [${['/a', '/b', '/c'].map((path, at) => `{path: ${path}, content: ${at === 0 ? `&a ${large}` : '*a'}, encoding: gz+b64}`).join(', ')}]`,
    'with the content of /c, the files have more than 16777216 bytes',
  ],
  [
    'content that is repeated without compression',
    `#cloud-config\nwrite_files: [{path: /a, content: &a "${'x'.repeat(400_000)}"}${', {path: /b, content: *a}'.repeat(42)}]`,
    'with the content of /b, the files have more than 16777216 bytes',
  ],
  [
    'content that is not what its encoding says',
    '#cloud-config\nwrite_files: [{path: /a, content: aGVsbG8=, encoding: gz+b64}]',
    'the content of /a cannot be unpacked: incorrect header check',
  ],
  ['what is no YAML', '#cloud-config\nruncmd: [', 'the user data: Flow sequence in block collection must be'],
  ['several documents', '#cloud-config\na: 1\n---\nb: 2', 'the user data: there must be one document only'],
  [
    'a user name that would be an option',
    '#cloud-config\nusers: [{name: --root}]',
    'user data.users.0.name: must be a name of a user or of a group',
  ],
  [
    'a key with a second line',
    '#cloud-config\nusers: [{name: a, ssh_authorized_keys: ["a\\nb"]}]',
    'user data.users.0.ssh_authorized_keys',
  ],
  ['a mount without a path', '#cloud-config\nmounts: [[vdb]]', 'user data.mounts.0: must be a device'],
] as const)
  test(`refused by name: ${what}`, () => {
    const files = compiled(userData);
    assert.deepEqual(Object.keys(files), ['refused']);
    assert.equal(files['refused']!.slice(0, why.length), why);
  });
