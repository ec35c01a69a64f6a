import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  authKeys,
  credentialHelper,
  parseConfigDocument,
  parseDockerConfig,
  saysPlainHttp,
  serverOf,
  userOf,
  withAuth,
} from './docker-config.ts';
import { insecureRegistries, isOnThisHost } from './insecure-registries.ts';

const config = parseDockerConfig(
  JSON.stringify({
    auths: {
      'http://plain.example:5000/v2/': { auth: 'eA==' },
      'https://tls.example': {},
      'bare.example': {},
    },
    credHelpers: { 'own.example:5000': 'own', 'https://index.docker.io/v1/': 'hub' },
    credsStore: 'store',
    HttpHeaders: { ignored: true },
  }),
);

test('credentialHelper: the helper of the very registry comes before the store of all', () => {
  assert.equal(credentialHelper(config, 'own.example:5000'), 'own');
  assert.equal(credentialHelper(config, 'own.example'), 'store');
  assert.equal(credentialHelper(config, 'docker.io'), 'hub');
  assert.equal(credentialHelper({ ...config, credsStore: '' }, 'bare.example'), undefined);
});

test('serverOf: the Hub is asked for under the name that Docker logs in with', () => {
  assert.equal(serverOf('docker.io'), 'https://index.docker.io/v1/');
  assert.equal(serverOf('own.example:5000'), 'own.example:5000');
});

test('saysPlainHttp: only of a registry whose own server address says so', () => {
  assert.ok(saysPlainHttp(config, 'plain.example:5000'));
  for (const other of ['plain.example', 'tls.example', 'bare.example'])
    assert.ok(!saysPlainHttp(config, other));
});

const document = parseConfigDocument(
  JSON.stringify({
    HttpHeaders: { 'User-Agent': 'me' },
    auths: {
      'ghcr.io/team': { auth: 'a' },
      'https://ghcr.io/v2/': { auth: Buffer.from('old:x:y').toString('base64') },
      'ghcr.io:5000': { auth: 'b' },
      'https://index.docker.io/v1/': { auth: 'c' },
      'ghcr.io': {},
    },
    credHelpers: { 'x.example': 'x' },
  }),
);

test('a login replaces what there is of the very registry, and all else in config.json stays as it was', () => {
  assert.deepEqual(authKeys(parseDockerConfig(JSON.stringify(document)), 'ghcr.io'), [
    'https://ghcr.io/v2/',
    'ghcr.io',
  ]);
  const others = ['ghcr.io/team', 'ghcr.io:5000', 'https://index.docker.io/v1/'];
  const after = withAuth(document, 'ghcr.io', { auth: 'new' });
  assert.deepEqual(Object.keys(after), ['HttpHeaders', 'auths', 'credHelpers']);
  assert.deepEqual(Object.keys(after['auths'] as object), [...others, 'ghcr.io']);
  assert.deepEqual(after['HttpHeaders'], document['HttpHeaders']);
  assert.deepEqual(Object.keys(withAuth(after, 'ghcr.io', undefined)['auths'] as object), others);
  assert.deepEqual(withAuth({}, 'docker.io', { auth: 'x' }), {
    auths: { 'https://index.docker.io/v1/': { auth: 'x' } },
  });
});

test('login offers the user who was logged in before, as far as config.json tells', () => {
  assert.equal(userOf(parseDockerConfig(JSON.stringify(document)), 'ghcr.io'), 'old');
  assert.equal(userOf(parseDockerConfig('{}'), 'ghcr.io'), undefined);
});

test('insecureRegistries: both variables count, and schemes do not', () => {
  const env = {
    IGNITE_INSECURE_REGISTRIES: 'a:5000, b',
    IGNITE_CONTAINERD_INSECURE_REGISTRIES: 'http://c:5000,https://d/v2/,',
  };
  assert.deepEqual(insecureRegistries(env), ['a:5000', 'b', 'c:5000', 'd']);
  assert.deepEqual(insecureRegistries({}), []);
});

test('isOnThisHost: the loopback and nothing that only begins like it', () => {
  for (const local of ['127.0.0.1:5000', 'localhost', '[::1]:5000']) assert.ok(isOnThisHost(local), local);
  for (const other of ['127.0.0.1.evil.example', 'localhost.evil.example', 'plain.example', '10.0.0.1:5000'])
    assert.ok(!isOnThisHost(other), other);
});
