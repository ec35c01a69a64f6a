/** A garden that grows as a Git repository says: `node garden.ts /path/to/repository`. */
import { systemClock } from '@ignite/toolkit/clock/clock';
import { specSchemaOf } from '@ignite/toolkit/codec/manifest';
import { initialSyncStatus, syncKind } from '@ignite/toolkit/sync/kinds';
import { gitopsKinds } from '@ignite/toolkit/sync/gitops-kinds';
import { serveSyncs } from '@ignite/toolkit/sync-service/serve-syncs';
import { DirectReader } from '@ignite/toolkit/render/source-reader';
import { StoreActuator } from '@ignite/toolkit/apply/store-actuator';
import { jsonLog } from '@ignite/toolkit/log/log';
import { newUid } from '@ignite/toolkit/object/uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { defineKind, hubOf } from '@ignite/toolkit/scheme/kind';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import { completeSpec } from '@ignite/toolkit/store/complete-spec';
import { objectKind } from '@ignite/toolkit/store/object-kind';
import { openSqliteStore } from '@ignite/toolkit/store/sqlite/sqlite-store';
import * as v from 'valibot';

const [url = '.', dir = './garden-data'] = process.argv.slice(2);

// 1. What may be declared.
const pot = v.strictObject({ plant: v.string(), litres: v.optional(v.number(), 5) });
const version = { apiVersion: 'garden.example/v1', kind: 'Pot', spec: pot };
const names = { group: 'garden.example', kind: 'Pot', plural: 'pots' };
const definition = defineKind({ ...names, scope: 'Namespaced', versions: [version] });
const potKind = objectKind({ ...version, complete: completeSpec(pot) });
const scheme = new Scheme([definition, ...gitopsKinds]);

// 2. How it is made so: here by writing it into a store, in your app by whatever it takes.
const store = openSqliteStore(`${dir}/garden.db`);
const actuator = new StoreActuator(store, {
  kinds: [potKind],
  effectOf: (_kind, { path }) => (path === '/spec/plant' ? 'replace' : 'live'),
});

// 3. Where it is declared, and where status goes.
const declare = async (kind: 'GitSource' | 'Sync', spec: object): Promise<void> => {
  const hub = hubOf(gitopsKinds.find((known) => known.kind === kind)!);
  const object = { apiVersion: hub.apiVersion, kind, metadata: { name: 'garden', uid: newUid() } };
  await store.create({ ...object, spec: v.parse(specSchemaOf(hub), spec), status: initialSyncStatus });
};
if ((await store.list(syncKind)).items.length === 0) {
  await declare('GitSource', { url });
  await declare('Sync', {
    source: { gitSource: 'garden' },
    interval: '1s',
    replace: 'allowed',
    statusBranch: { name: 'garden-status' },
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
    store,
    host: 'garden',
    watchedKinds: [potKind],
    cacheDir: `${dir}/clones`,
    runner: localRunner,
    log: jsonLog((line) => process.stderr.write(line)),
  },
  stop.signal,
);
