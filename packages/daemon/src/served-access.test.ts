import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { makeToken } from '@ignite/apiserver/authentication/token-file/stored-token';
import { TokenFile } from '@ignite/apiserver/authentication/token-file/token-file';
import { readKubeconfig } from '@ignite/toolkit/client/over-http/kubeconfig';
import { openServedApi } from './served-api.sample.ts';

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const;
type Verb = (typeof verbs)[number];

const methods: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};
const ofOne: readonly Verb[] = ['get', 'update', 'patch', 'delete'];

interface Row {
  readonly verb: Verb;
  readonly path: string;
}

interface Discovered {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources: readonly {
        readonly resource: string;
        readonly scope: string;
        readonly subresources?: readonly {
          readonly subresource: string;
          readonly verbs: readonly string[];
        }[];
      }[];
    }[];
  }[];
}

/** Returns a request for each verb and part of each kind that discovery tells of. */
function rowsOf({ items }: Discovered): readonly Row[] {
  return items.flatMap(({ metadata: { name: group }, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources.flatMap(({ resource, scope, subresources = [] }) => {
        const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
        const all = `${root}/${scope === 'Namespaced' ? 'namespaces/default/' : ''}${resource}`;
        const wholes = verbs.map((verb) => ({ verb, path: `${all}${suffixes[verb]}` }));
        const parts = subresources.flatMap(({ subresource, verbs: served }) =>
          verbs
            .filter((verb) => served.includes(verb))
            .map((verb) => ({ verb, path: `${all}/none/${subresource}` })),
        );
        return [...wholes, ...parts];
      }),
    ),
  );
}

/** What follows the kind: nothing that is there, and never for long. */
const suffixes = Object.fromEntries(
  verbs.map((verb) => [
    verb,
    { watch: '?watch=true&timeoutSeconds=1', deletecollection: '?labelSelector=none%3Dthere' }[
      verb as string
    ] ?? (ofOne.includes(verb) ? '/none' : ''),
  ]),
) as Readonly<Record<Verb, string>>;

async function openAccess() {
  const api = await openServedApi();
  const { url, tls } = await readKubeconfig(join(api.dir, 'kubeconfig'));
  const agent = new Agent({ keepAlive: true, maxSockets: 20, ca: tls?.ca });
  const ask = async ({ verb, path }: Row, token?: string): Promise<{ code: number; said: string }> => {
    const hasBody = ['create', 'update', 'patch'].includes(verb);
    const type = verb === 'patch' ? 'application/merge-patch+json' : 'application/json';
    const sent = request(`${url}${path}`, {
      agent,
      method: methods[verb],
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(hasBody && { 'content-type': type }),
      },
    });
    sent.end(hasBody ? '{}' : undefined);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { code: answer.statusCode ?? 0, said: await text(answer) };
  };
  return {
    ...api,
    agent,
    askAddress: ask,
    /** Gives a user a role of one rule. */
    bind: async (user: string, rule: object) => {
      const rbac = 'rbac.authorization.k8s.io';
      const roles = { group: rbac, version: 'v1', resource: 'clusterroles' };
      const metadata = { name: user };
      const role = { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules: [rule] };
      await api.client.create(roles, role);
      await api.client.create(
        { ...roles, resource: 'clusterrolebindings' },
        {
          apiVersion: `${rbac}/v1`,
          kind: 'ClusterRoleBinding',
          metadata,
          roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: user },
          subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
        },
      );
    },
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await api[Symbol.asyncDispose]();
    },
  };
}

describe('who may do what with what is served', () => {
  test('is decided for every verb and part of every kind: by the right credentials alone', async () => {
    await using api = await openAccess();
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const found = await Promise.all(
      ['/api', '/apis'].map(async (path) => (await api.ask({ path, headers: { accept } })).content['text']),
    );
    const rows = found.flatMap((each) => rowsOf(JSON.parse(String(each)) as Discovered));
    assert.ok(rows.length > 150, `${rows.length} rows`);
    const right = Object.fromEntries(
      await Promise.all(
        verbs.map(async (verb) => {
          await api.bind(verb, { verbs: [verb], apiGroups: ['*'], resources: ['*'] });
          return [verb, await api.tokenOf(verb)] as const;
        }),
      ),
    );
    const narrowRule = { verbs: ['*'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['other'] };
    await api.bind('narrow', narrowRule);
    const narrow = await api.tokenOf('narrow');
    const expired = makeToken({ name: 'old', user: 'get', groups: [], createdAtMs: 0, ttlMs: 1 });
    await new TokenFile(api.dir).add(expired.stored, new AbortController().signal);
    const last = { verb: 'get', path: '/api/v1/namespaces/default/configmaps/other' } as const;
    while ((await api.askAddress(last, narrow)).code === 403);
    const check = async (row: Row): Promise<void> => {
      const other = verbs[(verbs.indexOf(row.verb) + 3) % verbs.length]!;
      const said = async (token?: string): Promise<number> => (await api.askAddress(row, token)).code;
      const codes = [
        await said(),
        await said('ignite_wrong'),
        await said('wrong'),
        await said(expired.text),
        await said(narrow),
        await said(right[other]),
      ];
      const what = `${row.verb} ${row.path}`;
      assert.deepEqual(codes.slice(0, 4), [401, 401, 401, 401], what);
      // Whoever is known may ask who he is and what he may do, as in Kubernetes.
      const isOpen = row.verb === 'create' && row.path.includes('/selfsubject');
      for (const code of codes.slice(4)) assert.equal(code === 403, !isOpen, `${what}: ${code}`);
      const answer = await api.askAddress(row, right[row.verb]);
      assert.notEqual(answer.code, 401, what);
      assert.doesNotMatch(answer.said, /cannot \w+ resource/, what);
    };
    await Promise.all(rows.map(check));
  });

  test('does not depend on how a path is written', async () => {
    await using api = await openAccess();
    await api.bind('eve', { verbs: ['*'], apiGroups: [''], resources: ['configmaps'] });
    const token = await api.tokenOf('eve');
    const own = { path: '/api/v1/namespaces/default/configmaps', token };
    while ((await api.ask(own)).code === 403);
    for (const path of [
      '/api/v1/namespaces/default/configmaps/../secrets',
      '/api/v1/namespaces/default/configmaps/..%2fsecrets',
      '/api/v1/namespaces/default/configmaps/%2e%2e/secrets',
      '/api/v1/configmaps/../secrets',
      '/api/v1//secrets',
      '//api/v1/secrets',
      '/api/v1/secrets/',
      '/API/v1/secrets',
      '/api/v1/secrets?fieldSelector=metadata.name%3Dconfigmaps',
      '/api/v1/namespaces/default/configmaps%2f..%2fsecrets',
      '/api/v1/namespaces/default/configmaps/x/../../../../../../etc/passwd',
      'http://other/api/v1/secrets',
    ]) {
      const { code } = await api.ask({ path, token });
      assert.ok([400, 403, 404].includes(code), `${path}: ${code}`);
    }
  });
});

describe('the folder of the API', () => {
  test('has no file that others than its owner can read', async () => {
    await using api = await openAccess();
    await api.tokenOf('ada');
    for (const name of await readdir(api.dir)) {
      // Certificates are renewed meanwhile, under a lock that SQLite keeps.
      const found = statSync(join(api.dir, name), { throwIfNoEntry: false });
      const isLock = name.endsWith('.lock') || name.endsWith('.lock-journal');
      const isEmpty = !found || (found.size === 0 && name !== 'api.sock');
      if (!isEmpty && !isLock) assert.equal(found.mode & 0o077, 0, name);
    }
    assert.match(await readFile(join(api.dir, 'server.pem'), 'utf8'), /PRIVATE KEY/);
  });
});
