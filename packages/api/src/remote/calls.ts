import * as v from 'valibot';
import type { Client } from '../client/client.ts';
import type { ClientOperation } from '../client/progress.ts';
import type { StartVmRequest } from '../client/vm-client.ts';
import * as requests from './requests.ts';

/**
 * What someone must be allowed to make a call: everything, or a verb on a resource, which is of Ignite's group unless
 * another is named. If the call is about one VM, which its first argument names, the namespace of that VM is enough.
 */
export type CallAccess =
  | 'everything'
  | {
      readonly verb: string;
      readonly group?: string;
      readonly resource: string;
      readonly subresource?: string;
      readonly isOfVm?: boolean;
    };

/** A call that is answered with a value, or with many as they come. */
export interface PlainCall<Args = readonly unknown[]> {
  readonly args: v.GenericSchema<unknown, Args>;
  /** What the method takes after these: it reports its progress, or it can only be aborted. */
  readonly last: 'operation' | 'signal';
  readonly answer: 'value' | 'items';
  access(args: Args): CallAccess;
}

/** A call that carries bytes too. */
export interface StreamedCall<Args = readonly unknown[]> {
  readonly args: v.GenericSchema<unknown, Args>;
  readonly access: CallAccess;
}

type Parts = Omit<Client, 'objects' | 'stored' | 'mend' | typeof Symbol.asyncDispose>;
type MethodName = {
  [P in keyof Parts]: `${P}.${keyof Parts[P] & string}`;
}[keyof Parts];

/** The method of a part of the client by its full name, such as `vms.start`. */
export type Method<Name> = Name extends `${infer P extends keyof Parts}.${infer M}`
  ? M extends keyof Parts[P]
    ? Parts[P][M]
    : never
  : never;

/** The arguments of a method that are sent. */
type Sent<M> = M extends (...args: infer All) => unknown
  ? All extends [...infer Args, AbortSignal | ClientOperation]
    ? Args
    : never
  : never;
/** The schema of the arguments is that of the method, perhaps without some fields. */
type Suits<M> = Pick<PlainCall<Sent<M>>, 'args'>;

const { text } = requests;
const none = v.tuple([]);
const query = v.tuple([text]);

const viewing =
  (verb: string, resource: string, isOfVm = false) =>
  () => ({ verb, resource, isOfVm });
/** Events are of the core group, as in Kubernetes. */
const viewingEvents = (verb: string) => () => ({ verb, group: '', resource: 'events' });
const ofVm = (verb: string, subresource?: string) => ({
  verb,
  resource: 'vms',
  isOfVm: true,
  ...(subresource !== undefined && { subresource }),
});
const everything = (): CallAccess => 'everything';
/** The checks before a start keep a VM from what programs of the host use, such as their ports. */
const starting = ({
  ignorePreflightChecks = [],
}: Pick<StartVmRequest, 'ignorePreflightChecks'>): CallAccess =>
  ignorePreflightChecks.length > 0 ? 'everything' : ofVm('update');

const reads = <Args>(args: PlainCall<Args>['args'], access: PlainCall<Args>['access']) =>
  ({ args, last: 'signal', answer: 'value', access }) as const;
const acts = <Args>(args: PlainCall<Args>['args'], access: PlainCall<Args>['access']) =>
  ({ args, last: 'operation', answer: 'value', access }) as const;
const inItems = <Call extends object>(call: Call) => ({ ...call, answer: 'items' }) as const;

/**
 * The calls that are methods of the client just as they are: the server and the remote client are both made from
 * this table. Whoever could use files or services of the host by a call must be allowed everything.
 */
export const plainCalls = {
  'vms.list': reads(none, viewing('list', 'vms')),
  'vms.find': reads(query, viewing('get', 'vms', true)),
  'vms.findRemovable': reads(query, viewing('get', 'vms', true)),
  'vms.wait': reads(query, viewing('get', 'vms', true)),
  'vms.observe': reads(none, viewing('list', 'vms')),
  'vms.create': acts(v.tuple([requests.createVm]), everything),
  'vms.redefine': acts(v.tuple([text, requests.redefineVm]), everything),
  'vms.reconcile': acts(query, () => ofVm('update')),
  'vms.start': acts(v.tuple([text, requests.startVm]), ([, { runtime, ...request }]) =>
    runtime === undefined ? starting(request) : 'everything',
  ),
  'vms.restart': acts(v.tuple([text, requests.restartVm]), ([, request]) => starting(request)),
  'vms.stop': acts(v.tuple([text, requests.stopVm]), () => ofVm('update')),
  'vms.pause': acts(query, () => ofVm('update')),
  'vms.suspend': acts(query, () => ofVm('update')),
  'vms.resume': acts(query, () => ofVm('update')),
  'vms.remove': acts(v.tuple([text, requests.removal]), () => ofVm('delete')),
  'life.rename': acts(v.tuple([text, text]), everything),
  'life.waitFor': reads(v.tuple([text, requests.waiting]), viewing('list', 'vms')),
  'changes.list': acts(query, () => ofVm('create', 'cp')),
  'changes.commit': acts(v.tuple([text, requests.commit]), everything),
  'images.list': reads(none, viewing('list', 'images')),
  'images.find': reads(query, viewing('list', 'images')),
  'images.import': acts(v.tuple([text, requests.importImage]), everything),
  'images.tag': acts(v.tuple([text, text]), everything),
  'images.push': acts(v.tuple([text, requests.pushImage]), everything),
  'images.remove': acts(v.tuple([text, requests.removal]), everything),
  'kernels.list': reads(none, viewing('list', 'kernels')),
  'kernels.find': reads(query, viewing('list', 'kernels')),
  'kernels.import': acts(v.tuple([text, requests.importImage]), everything),
  'kernels.build': acts(v.tuple([requests.buildKernel]), everything),
  'kernels.remove': acts(v.tuple([text, requests.removal]), everything),
  'networks.list': reads(none, viewing('list', 'hosts')),
  'networks.find': reads(query, viewing('list', 'hosts')),
  'volumes.list': reads(none, viewing('list', 'volumes')),
  'volumes.find': reads(query, viewing('list', 'volumes')),
  'volumes.create': acts(v.tuple([requests.createVolume]), everything),
  'volumes.resize': acts(v.tuple([text, text]), viewing('update', 'volumes')),
  'volumes.redefine': acts(v.tuple([text, requests.redefineVolume]), everything),
  'volumes.remove': acts(v.tuple([text, requests.removal]), viewing('delete', 'volumes')),
  'snapshots.list': reads(none, viewing('list', 'snapshots')),
  'snapshots.find': reads(query, viewing('list', 'snapshots')),
  'snapshots.create': acts(v.tuple([text, requests.createSnapshot]), everything),
  'snapshots.rollback': acts(v.tuple([text, text]), everything),
  'snapshots.copy': acts(v.tuple([text, requests.copyVm]), everything),
  'snapshots.warm': acts(v.tuple([requests.warmRequest]), everything),
  'snapshots.push': acts(v.tuple([text, text, requests.exportSnapshot]), everything),
  'snapshots.pull': acts(v.tuple([text, requests.bringSnapshot]), everything),
  'snapshots.remove': acts(v.tuple([text, requests.removal]), viewing('delete', 'snapshots')),
  'pools.list': reads(none, viewing('list', 'warmpools')),
  'pools.find': reads(query, viewing('list', 'warmpools')),
  'pools.create': acts(v.tuple([requests.createPool]), everything),
  'pools.scale': acts(v.tuple([text, requests.replicas]), viewing('update', 'warmpools')),
  'pools.take': acts(v.tuple([text, requests.takeVm]), everything),
  'pools.remove': acts(v.tuple([text, requests.removal]), viewing('delete', 'warmpools')),
  'hosts.list': reads(none, viewing('list', 'hosts')),
  'hosts.find': reads(query, viewing('list', 'hosts')),
  'hosts.remove': reads(query, everything),
  'host.examine': reads(none, viewing('list', 'hosts')),
  'events.list': reads(none, viewingEvents('list')),
  'events.watch': inItems(reads(query, viewingEvents('watch'))),
  'usage.sample': reads(v.tuple([requests.usage]), viewing('list', 'vms')),
  'usage.metrics': reads(v.tuple([requests.texts]), viewing('list', 'vms')),
  'space.survey': reads(none, viewing('list', 'hosts')),
  'space.remove': inItems(acts(v.tuple([requests.spaceItems]), everything)),
} as const satisfies { readonly [Name in MethodName]?: Suits<Method<Name>> };
export type PlainName = keyof typeof plainCalls;

/** The calls whose streams or failures are not values, so that both sides translate them. */
export const streamedCalls = {
  'vms.logs': { args: v.tuple([text, requests.logs]), access: ofVm('get', 'log') },
  'vms.attach': { args: v.tuple([text, requests.attach]), access: ofVm('create', 'attach') },
  'vms.exec': { args: v.tuple([text, requests.exec]), access: ofVm('create', 'exec') },
  'files.unpackIn': { args: v.tuple([text, requests.copy]), access: ofVm('create', 'cp') },
  'files.packOut': { args: v.tuple([text, requests.copy]), access: ofVm('create', 'cp') },
  'archives.export': { args: query, access: 'everything' },
  'archives.import': { args: v.tuple([requests.importVm]), access: 'everything' },
  'images.save': { args: v.tuple([requests.texts, requests.archiveFormat]), access: 'everything' },
  'images.load': { args: v.tuple([requests.loadImages]), access: 'everything' },
  'snapshots.export': { args: v.tuple([text, requests.exportSnapshot]), access: 'everything' },
  'snapshots.import': { args: v.tuple([requests.bringSnapshot]), access: 'everything' },
  'networks.broken': { args: none, access: { verb: 'list', resource: 'hosts' } },
  mend: { args: v.tuple([text, text]), access: 'everything' },
} as const satisfies Readonly<Record<string, StreamedCall>>;
export type StreamedName = keyof typeof streamedCalls;
export type StreamedArgs<Name extends StreamedName> = v.InferOutput<(typeof streamedCalls)[Name]['args']>;
