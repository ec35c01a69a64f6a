import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempDisposable, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, exportJWK } from 'jose';
import { defaultPolicy } from '@ignite/apiserver/audit/audit-policy';
import { CertificateFolder } from '@ignite/apiserver/certificates/certificate-folder';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { tmpdir } from 'node:os';
import { readApiTrust } from './api-trust.ts';
import { kubectlPath, openServedApi } from './served-api.sample.ts';

const skip = kubectlPath === undefined && 'kubectl is not on the PATH';
const selfReviews = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const namespaces = '/api/v1/namespaces';

describe('acting as another user', () => {
  test('kubectl --as is that user, who may do what he may', { skip }, async () => {
    await using api = await openServedApi();
    assert.match((await api.kubectl('auth', 'whoami', '--as=ada', '--as-group=ops')).text, /ada[\s\S]*ops/);
    const refused = await api.kubectl('get', 'secrets', '--as=ada');
    assert.match(refused.text, /User "ada" cannot list resource "secrets"/);
    assert.notEqual(refused.code, 0);
    const account = '--as=system:serviceaccount:default:robot';
    assert.match((await api.kubectl('auth', 'whoami', account)).text, /system:serviceaccounts:default/);
    await api.kubectl('create', 'clusterrolebinding', 'ada', '--clusterrole=view', '--user=ada');
    assert.equal((await api.kubectl('get', 'configmaps', '--as=ada')).code, 0);
  });

  test('is for those who may impersonate, and being a master for those who may do everything', async () => {
    await using api = await openServedApi();
    const token = await api.tokenOf('eve');
    const asAda = { path: selfReviews, method: 'POST', token, body: {} };
    const ada = { 'impersonate-user': 'ada' };
    assert.equal((await api.ask({ ...asAda, headers: ada })).code, 403);
    const rule = { verbs: ['impersonate'], apiGroups: [''], resources: ['users', 'groups'] };
    const rbac = 'rbac.authorization.k8s.io';
    const metadata = { name: 'actor' };
    const roles = { group: rbac, version: 'v1', resource: 'clusterroles' };
    await api.client.create(roles, {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata,
      rules: [rule],
    });
    await api.client.create(
      { ...roles, resource: 'clusterrolebindings' },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'actor' },
        subjects: [{ apiGroup: rbac, kind: 'User', name: 'eve' }],
      },
    );
    const until = async () => {
      for (;;) {
        const answer = await api.ask({ ...asAda, headers: ada });
        if (answer.code !== 403) return answer;
      }
    };
    const { code, content } = await until();
    assert.equal(code, 201);
    assert.partialDeepStrictEqual(content['status'], {
      userInfo: { username: 'ada', groups: ['system:authenticated'] },
    });
    const master = { ...ada, 'impersonate-group': 'system:masters' };
    const refused = await api.ask({ ...asAda, headers: master });
    assert.equal(refused.code, 403);
    assert.equal((await api.ask({ path: namespaces, headers: master })).code, 200, 'root may');
    const group = { 'impersonate-group': 'ops' };
    assert.equal((await api.ask({ path: namespaces, headers: group })).code, 400, 'and not as himself');
  });
});

describe('the audit log', () => {
  test('says who asked for what, as whom and with which answer, in a file of its owner, and no secret', async () => {
    await using api = await openServedApi({ auditPolicy: { rules: [{ level: 'Request' }] } });
    const token = await api.tokenOf('eve');
    const secrets = '/api/v1/namespaces/default/secrets';
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'hidden' } };
    const made = await api.ask({ path: secrets, method: 'POST', body: secret });
    assert.equal(made.code, 201);
    await api.ask({ path: secrets, token });
    await api.ask({ path: secrets, token: 'wrong' });
    const impersonate = { 'impersonate-user': 'ada' };
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { a: 'b' } };
    const maps = '/api/v1/namespaces/default/configmaps';
    await api.ask({ path: maps, method: 'POST', headers: impersonate, body: map });
    await api.ask({ path: maps, method: 'POST', body: map });
    const path = join(api.dir, 'audit.log');
    const lines = async () => (await readFile(path, 'utf8')).trimEnd().split('\n');
    while ((await lines()).length < 5);
    const events = (await lines()).map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.doesNotMatch(await readFile(path, 'utf8'), new RegExp(`hidden"|${token}|wrong`));
    assert.equal(events[0]!['auditID'], made.headers['audit-id']);
    const told = events.map((event) => {
      const user = event['user'] as { readonly username: string };
      const status = event['responseStatus'] as { readonly code: number };
      return [user.username, event['verb'], status.code];
    });
    assert.deepEqual(told, [
      ['root', 'create', 201],
      ['eve', 'list', 403],
      ['system:anonymous', 'list', 401],
      ['root', 'create', 403],
      ['root', 'create', 201],
    ]);
    assert.partialDeepStrictEqual(events[3], { impersonatedUser: { username: 'ada' } });
    assert.deepEqual(events[4]!['requestObject'], map);
  });

  test('is not written if that is turned off', async () => {
    await using api = await openServedApi(await readApiTrust({ isAudited: false }));
    await api.ask({ path: namespaces });
    await assert.rejects(stat(join(api.dir, 'audit.log')), { code: 'ENOENT' });
    assert.deepEqual((await readApiTrust({ isAudited: true })).auditPolicy, defaultPolicy);
  });

  test('is written by the rules of a file, and what a policy must not say is named', async () => {
    await using dir = await mkdtempDisposable(join(tmpdir(), 'audit-policy-'));
    const auditPolicyFile = join(dir.path, 'policy.yaml');
    const read = async (text: string) => {
      await writeFile(auditPolicyFile, text);
      return (await readApiTrust({ isAudited: true, auditPolicyFile })).auditPolicy?.rules;
    };
    const rules = 'rules:\n- level: Request\n  verbs: [create]\n- level: Metadata\n';
    assert.deepEqual(await read(`apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`), [
      { level: 'Request', verbs: ['create'] },
      { level: 'Metadata' },
    ]);
    for (const [text, problem] of [
      ['rules:\n- level: Everything\n', /policy\.yaml:2:\d+: rules\.0\.level/],
      ['rules: []\nomitStages: [RequestReceived]\n', /unknown field "omitStages"/],
      ['{', /policy\.yaml:/],
      ['', /one document/],
      ['a: 1\n---\nb: 2\n', /one document/],
    ] as const)
      await assert.rejects(read(text), { code: 'MANIFEST_INVALID', message: problem }, text);
    await rm(auditPolicyFile);
    const missing = readApiTrust({ isAudited: true, auditPolicyFile });
    await assert.rejects(missing, { code: 'USAGE_INVALID', message: /--api-audit-policy .*ENOENT/ });
  });
});

/** An identity provider of its own authority. */
async function openProvider(dir: string) {
  const { signal } = new AbortController();
  const { key, cert, ca } = await new CertificateFolder(dir, systemClock).serverCredentials(
    ['127.0.0.1'],
    signal,
  );
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256' }];
  const server = createServer({ key, cert }, (request, response) => {
    const content = request.url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(content));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const caFile = join(dir, 'ca.pem');
  await writeFile(caFile, ca);
  return {
    issuer,
    caFile,
    tokenOf: async (sub: string, groups: readonly string[]): Promise<string> =>
      await new SignJWT({ sub, groups })
        .setProtectedHeader({ alg: 'ES256', kid: '1' })
        .setIssuer(issuer)
        .setAudience('ignite')
        .setExpirationTime('5m')
        .sign(privateKey),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('users of an identity provider', () => {
  test('are known by their ID tokens, if the provider is of the given authority', async () => {
    await using dir = await mkdtempDisposable(join(tmpdir(), 'provider-'));
    await using provider = await openProvider(dir.path);
    const { issuer, caFile } = provider;
    const oidc = {
      issuer,
      clientId: 'ignite',
      usernameClaim: 'sub',
      usernamePrefix: 'oidc:',
      groupsClaim: 'groups',
      groupsPrefix: 'oidc:',
    };
    const token = await provider.tokenOf('ada', ['ops']);
    const asked = { path: selfReviews, method: 'POST', token, body: {} };
    {
      await using api = await openServedApi(
        await readApiTrust({ isAudited: false, oidc: { ...oidc, caFile } }),
      );
      const { content } = await api.ask(asked);
      assert.partialDeepStrictEqual(content['status'], {
        userInfo: { username: 'oidc:ada', groups: ['oidc:ops', 'system:authenticated'] },
      });
      const forged = `${token.slice(0, -4)}AAAA`;
      assert.equal((await api.ask({ ...asked, token: forged })).code, 401);
    }
    await using api = await openServedApi(await readApiTrust({ isAudited: false, oidc }));
    assert.equal((await api.ask(asked)).code, 401, 'its authority is not one of the system');
  });
});
