import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { localRunner } from '../process/local-runner.ts';
import { type GitAuth, gitEnvironment } from './git-auth.ts';
import { GitRepository } from './git-repository.ts';

const dir = mkdtempSync(join(tmpdir(), 'gitops-auth-'));
const file = (name: string): string => join(dir, name);
const { signal } = new AbortController();

/** A server that asks for credentials and records what it was sent. */
class Listener {
  readonly told: string[] = [];
  readonly certificates: string[] = [];
  requests = 0;
  /** The URL that it redirects to. */
  location: string | undefined;
  readonly #server: Server;

  constructor() {
    const tls = { key: readFileSync(file('tls.key')), cert: readFileSync(file('tls.crt')) };
    const own = { ...tls, requestCert: true, rejectUnauthorized: false };
    this.#server = createServer(own, (asked, answer) => {
      this.requests += 1;
      if (asked.headers.authorization !== undefined) this.told.push(asked.headers.authorization);
      const { subject } = (asked.socket as TLSSocket).getPeerCertificate();
      if (subject?.CN !== undefined) this.certificates.push(String(subject.CN));
      if (this.location === undefined || asked.url?.startsWith('/moved'))
        answer.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      else answer.writeHead(302, { location: `${this.location}${asked.url}` }).end();
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  clear(): void {
    this.told.length = 0;
    this.certificates.length = 0;
    this.requests = 0;
    this.location = undefined;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const basic = `Basic ${Buffer.from('git:S3CRET').toString('base64')}`;
let auth: GitAuth;
let ours: Listener;
let other: Listener;
before(async () => {
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
      .concat(['-subj', '/CN=us', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'])
      .concat(['-keyout', file('tls.key'), '-out', file('tls.crt')]),
    { stdio: 'ignore' },
  );
  writeFileSync(file('password'), 'S3CRET\n');
  auth = { passwordFile: file('password'), caFile: file('tls.crt') };
  [ours, other] = [new Listener(), new Listener()];
  await Promise.all([ours.listen(), other.listen()]);
});
beforeEach(() => {
  ours.clear();
  other.clear();
});
after(() => {
  ours.close();
  other.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Asks for the repository at `url`, which the repository at `source` names, and expects to be refused. */
async function ask(source: string, url: string, given: GitAuth = auth): Promise<void> {
  const env = await gitEnvironment({ source, auth: given, url, dir }, localRunner, signal);
  const repository = new GitRepository(file('repository'), env, localRunner);
  await repository.open(signal);
  await assert.rejects(repository.listRemote(signal));
}

const at = (listener: Listener, host = 'localhost', path = '/vms.git'): string =>
  `https://${host}:${listener.port}${path}`;

describe('gitEnvironment: credentials', () => {
  test('go to the server that they are for, also when it says that the repository has moved there', async () => {
    await ask(at(ours), at(ours));
    assert.deepEqual(ours.told, [basic]);
    ours.clear();
    ours.location = `https://localhost:${ours.port}/moved`;
    await ask(at(ours), at(ours));
    assert.deepEqual([...new Set(ours.told)], [basic]);
  });

  test('do not go to another port or host that a submodule names', async () => {
    await ask(at(ours), at(other));
    await ask(at(ours), `https://git@localhost:${other.port}/x.git`);
    await ask(at(ours), at(ours, '127.0.0.1'));
    assert.ok(other.requests > 0 && ours.requests > 0, 'they were asked');
    assert.ok(![...ours.told, ...other.told].includes(basic));
  });

  test('do not go where a redirect leads', async () => {
    ours.location = `https://localhost:${other.port}`;
    await ask(at(ours), at(ours));
    assert.ok(other.requests > 0, 'it was followed');
    assert.deepEqual([...ours.told, ...other.told], []);
    other.clear();
    ours.location = `https://git:x@localhost:${other.port}`;
    await ask(at(ours), at(ours));
    assert.ok(!other.told.includes(basic));
  });

  test('do not go to a proxy', async () => {
    const told: string[] = [];
    let asked = 0;
    await using proxy = createPlainServer().listen(0, '127.0.0.1');
    proxy.on('connect', ({ headers }, socket) => {
      asked += 1;
      told.push(...[headers['proxy-authorization'] ?? []].flat());
      socket.end(
        'HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm="p"\r\nContent-Length: 0\r\n\r\n',
      );
    });
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    for (const host of [`localhost:${port}`, `someone@localhost:${port}`])
      await ask(at(ours), at(ours), { ...auth, proxy: `http://${host}` });
    assert.ok(asked > 0, 'it was asked');
    assert.deepEqual(told, []);
  });

  test('a certificate of ours is shown to no other server', async () => {
    const given = { ...auth, certFile: file('tls.crt'), keyFile: file('tls.key') };
    await ask(at(ours), at(ours), given);
    assert.ok(ours.certificates.includes('us'), 'it is shown to the one that it is for');
    await ask(at(ours), at(other), given);
    ours.location = `https://localhost:${other.port}`;
    await ask(at(ours), at(ours), given);
    assert.ok(other.requests > 0, 'it was asked');
    assert.deepEqual(other.certificates, []);
  });

  test('by ssh and in files of this host nothing but the source itself is spoken to', async () => {
    const environment = async (source: string, url: string) =>
      await gitEnvironment({ source, auth: {}, url, dir }, localRunner, signal);
    await environment('git@example.org:vms.git', 'ssh://git@EXAMPLE.org:22/lib.git');
    for (const [source, url] of [
      ['git@example.org:vms.git', 'git@example.com:lib.git'],
      ['git@example.org:vms.git', 'root@example.org:lib.git'],
      ['git@example.org:vms.git', 'ssh://git@example.org:2222/lib.git'],
      ['https://example.org/vms.git', 'git@example.org:lib.git'],
      ['https://example.org/vms.git', dir],
      ['git@example.org:vms.git', `file://${dir}`],
    ] as const)
      await assert.rejects(environment(source, url), { code: 'SOURCE_DENIED' }, url);
  });

  test('an address in which someone could read another host is none', async () => {
    for (const url of [
      'https://good.example\\@evil.example/x',
      'https://a@good.example@evil.example/x',
      'https://evil.example%2f@good.example%00/x',
      'https://good.example#@evil.example/x',
      'https://good.example\n.evil.example/x',
      'https://*/x',
      'https://-x/x',
      'ssh://-oProxyCommand=x/x',
      'ssh://git@-x/x',
      'http://good.example/x',
      'ext::sh -c x',
      'git://good.example/x',
      'file://host/x',
      'http+unix:///x',
    ])
      await assert.rejects(
        gitEnvironment({ source: url, auth: {}, url, dir }, localRunner, signal),
        { code: 'SOURCE_INVALID' },
        url,
      );
  });
});
