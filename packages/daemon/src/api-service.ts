import { once } from 'node:events';
import type { AdmittingClient } from '@ignite/api/client/admitting-client';
import { kinds } from '@ignite/api/kinds';
import { igniteVersion } from '@ignite/api/ignite-version';
import { admissionKinds } from '@ignite/apiserver/admission/admission-kinds';
import { Admissions } from '@ignite/apiserver/admission/admissions';
import { CertificateFolder } from '@ignite/apiserver/certificates/certificate-folder';
import { definitionResource } from '@ignite/apiserver/custom-resource/definition/definition-kind';
import type { ServedDefinitions } from '@ignite/apiserver/custom-resource/served-definitions';
import type { StoredKind } from '@ignite/apiserver/namespaces/empty-namespace';
import { controlNamespaces } from '@ignite/apiserver/namespaces/namespace-controller';
import {
  builtInResourceOf,
  coreResourceOf,
  servedResourceOf,
} from '@ignite/apiserver/resource/served-resource-of';
import { type ServedResource, storedResources } from '@ignite/apiserver/resource/served-resource';
import { reviewResources } from '@ignite/apiserver/reviews/review-resources';
import { endpointSliceResource } from '@ignite/apiserver/services/endpoint-slice';
import { ensureOwnService } from '@ignite/apiserver/services/own-service';
import { serviceResource } from '@ignite/apiserver/services/service';
import type { ApiOptions } from '@ignite/apiserver/server/api-handler';
import type { HealthCheck } from '@ignite/apiserver/server/health';
import type { RequestObserver } from '@ignite/apiserver/server/request-observer';
import { ViewedClient } from '@ignite/apiserver/views/viewed-client';
import type { OwnHost } from '@ignite/apiserver/views/known-hosts';
import type { UsageSource } from '@ignite/apiserver/views/metrics/usage-rates';
import { viewsOf } from '@ignite/apiserver/views/views';
import { withScale } from '@ignite/apiserver/views/with-scale';
import { ensureNamespaces } from '@ignite/apiserver/namespaces/ensure-namespaces';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { accessKinds } from '@ignite/toolkit/access/kinds';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { defaultNamespace, namespaces, systemNamespaces } from '@ignite/toolkit/core/resources/namespace';
import { GarbageWatch } from '@ignite/toolkit/controller/garbage-watch';
import type { Log } from '@ignite/toolkit/log/log';
import { derived } from '@ignite/toolkit/object/derived';
import { type Kind, hubOf } from '@ignite/toolkit/scheme/kind';
import { openApiAccess } from './api-access.ts';
import { type ApiAddress, serveApiAddress } from './api-address.ts';
import { serveApiSocket } from './api-socket.ts';
import type { ApiTrust } from './api-trust.ts';
import { openAuditTrail } from './audit-trail.ts';
import { repeat } from './repeat.ts';
import { vmConnectors, withVmConnectors } from './streams/vm-connectors.ts';

export interface ApiServiceOptions {
  readonly client: ObjectClient;
  /** Reaches what runs on this host, for clients of its VMs and on other hosts. Without it, there are none. */
  readonly engine?: AdmittingClient;
  /** The kinds that objects define, which the client serves too. */
  readonly definitions: ServedDefinitions;
  /** Kinds that are served besides those that every host has. */
  readonly further?: readonly ServedResource[];
  /** Kinds that are not served here, whose objects may be in the store nevertheless. The client knows them too. */
  readonly unserved?: readonly StoredKind[];
  readonly socket: string;
  /** The descriptor of a socket at which somebody else listens for us. It is served there, and not at `socket`. */
  readonly listenFd?: number;
  /** The address at which the API is served besides, with TLS. */
  readonly address?: ApiAddress;
  /** The folder with the keys of the API. */
  readonly dir: string;
  /** Is told of each request. */
  readonly observer?: RequestObserver;
  /** Returns what ignited has counted, as Prometheus reads it. */
  readonly metrics?: () => Promise<string>;
  /** The host that serves the API. */
  readonly self: OwnHost;
  /** What samples what is used on this host, for metrics. */
  readonly usage?: UsageSource;
  /** Who is known besides, and what is recorded of requests. */
  readonly trust?: ApiTrust;
  readonly log: Log;
}

export interface ApiService extends AsyncDisposable {
  /** Settles when the API has ended, some time after the signal has aborted. */
  readonly ended: Promise<void>;
  /** Returns what ignited has counted, and how many objects are stored by now. It is there if `metrics` was given. */
  readonly metrics: (() => Promise<string>) | undefined;
}

/** How often certificates are renewed, in milliseconds. */
const renewal = { everyMs: 24 * 3_600_000, retryMs: 3_600_000 };

/**
 * Serves the Kubernetes API of the objects of this host until `signal` aborts. Whoever may open the socket may do
 * everything, unless he shows the token of someone who may less.
 */
export async function serveApiService(
  {
    client,
    engine,
    definitions,
    further = [],
    unserved = [],
    self,
    usage,
    socket,
    listenFd,
    address,
    dir,
    trust = {},
    observer,
    metrics,
    log,
  }: ApiServiceOptions,
  signal: AbortSignal,
): Promise<ApiService> {
  await ensureNamespaces(client, systemNamespaces, signal);
  const { views, builtIn, resources } = servedKinds({
    client,
    definitions,
    further,
    self,
    ...(engine && { engine }),
    ...(usage && { usage }),
  });
  const viewed = new ViewedClient(client, views);
  await using opened = new AsyncDisposableStack();
  const audit = trust.auditPolicy && opened.use(openAuditTrail(dir, trust.auditPolicy));
  const known = await openApiAccess(
    { client: viewed, dir, oidc: trust.oidc, served: resources, log },
    signal,
  );
  const { authorizer } = known;
  const admission = new Admissions({ client, authorizer, served: resources, clock: systemClock, log });
  const counted =
    metrics &&
    (async (): Promise<string> => {
      await countObjects(client, storedResources(resources()), signal);
      return await metrics();
    });
  const api: ApiOptions = {
    client: viewed,
    resources,
    authenticator: known.authenticator,
    authorizer,
    access: known.access,
    admission,
    audit,
    ...(engine && {
      calls: {
        clientFor: (asked) => (asked ? engine.admittedBy(asked) : engine),
        may: (...request) => authorizer.authorize(...request),
      },
    }),
    checks: [
      storeCheck(client),
      { name: 'informer-sync', isOfReadiness: true, check: known.check },
      { name: 'webhook-sync', isOfReadiness: true, check: async (until) => await admission.check(until) },
    ],
    product: `ignite-${igniteVersion}`,
    ...(observer && { observer }),
    ...(counted && { metrics: counted }),
    log,
  };
  known.socket.trust(opened.use(await serveApiSocket(api, socket, listenFd)).server);
  const at = address && opened.use(await serveApiAddress({ api, address, dir, clock: systemClock }, signal));
  if (at) await ensureOwnService(client, { host: at.host, port: at.port }, signal);
  const open = opened.move();
  const end = (): Promise<void> => open.disposeAsync();
  const work = { clock: systemClock, log };
  const stored = (): readonly ServedResource[] => storedResources(api.resources());
  const kept = (): readonly StoredKind[] => withUnserved(stored(), unserved);
  const authorities = async (until: AbortSignal): Promise<string> =>
    await new CertificateFolder(dir, systemClock).authorityCertificates(until);
  const garbage = open.use(new GarbageWatch(client, stored));
  const collect = async (until: AbortSignal): Promise<void> => await garbage.collect(until);
  const ended = Promise.all([
    aborted(signal).then(end),
    known.ended,
    definitions.run({ client, builtIn, ...work }, signal),
    admission.run(signal),
    controlNamespaces(
      { client, resources: kept, isComplete: () => definitions.isComplete, authorities, ...work },
      signal,
    ),
    repeat({ name: 'collecting garbage', everyMs: 10_000, retryMs: 60_000, work: collect }, work, signal),
    at && repeat({ name: 'renewing certificates', ...renewal, work: at.renew }, work, signal),
  ]).then(() => {});
  return { ended, metrics: counted, [Symbol.asyncDispose]: end };
}

/** A kind that is not served here may be one that an object defines. */
const withUnserved = (
  served: readonly StoredKind[],
  unserved: readonly StoredKind[],
): readonly StoredKind[] => [
  ...served,
  ...unserved.filter(
    ({ group, resource }) => !served.some((each) => each.group === group && each.resource === resource),
  ),
];

/** A host does not live longer for another start of ignited while its store cannot be reached. */
const storeCheck = (client: ObjectClient): HealthCheck => ({
  name: 'store',
  isOfReadiness: true,
  check: async (signal) => {
    await client.get({ ...namespaces, name: defaultNamespace }, { signal });
  },
});

/** Has the observer of the client told how many objects there are of each kind, as far as that can be known. */
async function countObjects(
  client: ObjectClient,
  kinds: readonly ServedResource[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.allSettled(kinds.map(async (kind) => await client.list(kind, { limit: 1, signal })));
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

const isWish = (kind: Kind): boolean => hubOf(kind).inert === undefined;

/** The kinds whose objects every host keeps. */
const stored: readonly ServedResource[] = [
  ...kinds.filter(isWish).map(servedResourceOf).map(withScale),
  ...[...coreKinds, ...accessKinds].map(coreResourceOf),
  ...admissionKinds.map(builtInResourceOf),
  definitionResource,
  serviceResource,
  endpointSliceResource,
  ...reviewResources,
];

/** All that is served. */
interface ServedKinds {
  readonly views: readonly ServedResource[];
  /** The kinds that no object defines. */
  readonly builtIn: readonly ServedResource[];
  /** Returns all kinds. The list is the same as long as no kind is defined or removed. */
  readonly resources: () => readonly ServedResource[];
}

function servedKinds({
  client,
  engine,
  definitions,
  further = [],
  self,
  usage,
}: Pick<ApiServiceOptions, 'client' | 'engine' | 'definitions' | 'further' | 'self' | 'usage'>): ServedKinds {
  const views = viewsOf({ self, ...(usage && { usage }), served: () => resources(), clock: systemClock });
  const connectors = engine ? vmConnectors({ objects: client, vms: engine.vms }) : {};
  const builtIn = [...stored, ...further, ...views].map((served) => withVmConnectors(served, connectors));
  const resources: () => readonly ServedResource[] = derived(
    () => definitions.resources,
    (defined) => [...builtIn, ...defined],
  );
  return { views, builtIn, resources };
}
