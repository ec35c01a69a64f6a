/** A garden that grows as a Git repository says: `node garden.ts /path/to/repository`. */
import { systemClock } from '@ignite/toolkit/clock/clock';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { eventKind } from '@ignite/toolkit/core/event';
import { gitSourcesOf, syncsOf } from '@ignite/toolkit/sync/sync-clients';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';
import { serveSyncs } from '@ignite/toolkit/sync-service/serve-syncs';
import { DirectReader } from '@ignite/toolkit/render/source-reader';
import { StoreActuator } from '@ignite/toolkit/apply/store-actuator';
import { jsonLog } from '@ignite/toolkit/log/log';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { defineKind } from '@ignite/toolkit/scheme/kind';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import * as v from 'valibot';

const [url = '.', dir = './garden-data'] = process.argv.slice(2);

// 1. What may be declared.
const pot = v.strictObject({ plant: v.string(), litres: v.optional(v.number(), 5) });
const version = { apiVersion: 'garden.example/v1', kind: 'Pot', spec: pot };
const names = { group: 'garden.example', kind: 'Pot', plural: 'pots' };
const definition = defineKind({ ...names, scope: 'Namespaced', versions: [version] });
const potKind = servedKindOf(definition);
const scheme = new Scheme([definition, ...gitopsKinds]);

// 2. How it is made so: here by writing it into a store, in your app by whatever it takes.
const served = [potKind, ...[...gitopsKinds, eventKind].map(servedKindOf)];
const client = new StoreObjectClient(openSqliteStore(`${dir}/garden.db`), served);
const actuator = new StoreActuator(client, {
  kinds: [potKind],
  effectOf: (_kind, { path }) => (path === '/spec/plant' ? 'replace' : 'live'),
});

// 3. Where it is declared, and where status goes.
const metadata = { namespace: 'default', name: 'garden' };
if ((await syncsOf(client).list()).items.length === 0) {
  await gitSourcesOf(client).create({ metadata, spec: { url } });
  const source = { gitSource: 'garden' };
  const statusBranch = { name: 'garden-status' };
  await syncsOf(client).create({
    metadata,
    spec: { source, interval: '1s', replace: 'allowed', statusBranch },
  });
}

// 4. And now, until someone stops it.
const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
await serveSyncs(
  {
    reader: new DirectReader(scheme),
    hostUses: { Pot: () => [] }, // a pot names nothing of the host
    actuator,
    kindOrder: ['Pot'],
    clock: systemClock,
    nodeLabels: {},
    client,
    host: 'garden',
    watchedKinds: [potKind],
    cacheDir: `${dir}/clones`,
    runner: localRunner,
    log: jsonLog((line) => process.stderr.write(line)),
  },
  stop.signal,
);
