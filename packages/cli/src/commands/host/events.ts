import type { EventClient } from '@ignite/api/client/event-client';
import type { ReadClient } from '@ignite/api/client/client';
import type { EventView } from '@ignite/api/v1/event-view';
import type { Command, Invocation } from '../../arguments/command.ts';
import { parseMoment } from '../../arguments/moment.ts';
import { listNamespaceFlags } from '../../arguments/namespace.ts';
import { withReader } from '../../context.ts';
import { viewContext } from '../../render/objects.ts';
import { keyText } from '@ignite/toolkit/object/object-key';
import { printable } from '@ignite/toolkit/text/printable';
import { type FilterKeys, applyFilters, filterFlag, parseFilters } from '../objects/object-filter.ts';

/** Some 24 days: Node takes a longer delay for none. */
const longestTimerMs = 2 ** 31 - 1;

const filterKeys: FilterKeys<EventView> = {
  kind: ({ spec }) => spec.regarding.kind.toLowerCase(),
  name: ({ spec }) => spec.regarding.name,
  vm: ({ spec }, wanted) => (spec.regarding.kind === 'VM' ? nameOrUid(spec.regarding, wanted) : ''),
  reason: ({ spec }) => spec.reason.toLowerCase(),
  type: ({ spec }) => spec.type.toLowerCase(),
};

export const events: Command = {
  name: 'events',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List events of VMs, images and kernels, newest last',
  details: ['Events are kept for seven days, and at most a thousand of them besides those of removed VMs.'],
  examples: [
    'ignite events --since 10m',
    'ignite events --follow --filter vm=my-vm',
    'ignite events --filter reason=died,type=warning -o json',
  ],
  flags: {
    ...listNamespaceFlags,
    follow: { type: 'boolean', help: 'keep printing new events as they happen' },
    since: {
      type: 'string',
      value: 'TIME',
      help: 'only events since this time: a duration before now, such as 10m, or a timestamp',
    },
    until: { type: 'string', value: 'TIME', help: 'only events until this time' },
    filter: filterFlag('kind=, name=, vm=, reason=, type='),
    output: {
      type: 'string',
      short: 'o',
      value: 'FORMAT',
      values: ['json'],
      help: 'json, with one object per line',
    },
  },
  run: async (invocation) => {
    const { flags, io } = invocation;
    const wanted = select(invocation);
    const print = (found: readonly EventView[]): unknown =>
      io.out.write(
        found.map((event) => `${flags.text('output') ? JSON.stringify(event) : line(event)}\n`).join(''),
      );
    await withReader(invocation, async (client) => {
      const past = await client.events.list(invocation.signal);
      print(await wanted.among(past.events, client));
      if (flags.isSet('follow'))
        for await (const event of following(client.events, past.revision, wanted.untilMs, invocation.signal))
          print(await wanted.among([event], client));
    });
    return 0;
  },
};

interface Selection {
  readonly untilMs: number;
  readonly among: (events: readonly EventView[], client: ReadClient) => Promise<readonly EventView[]>;
}

/** @throws CodedError USAGE_INVALID */
function select(invocation: Invocation): Selection {
  const { flags, namespace } = invocation;
  const moment = (flag: string, otherwise: number): number => {
    const text = flags.text(flag);
    return text === undefined ? otherwise : parseMoment(flag, text, Date.now());
  };
  const [sinceMs, untilMs] = [moment('since', 0), moment('until', Infinity)];
  const filters = parseFilters(flags.list('filter'), Object.keys(filterKeys)).map((filter) =>
    ['kind', 'reason', 'type'].includes(filter.key)
      ? { ...filter, value: filter.value.toLowerCase() }
      : filter,
  );
  return {
    untilMs,
    among: async (events, client) => {
      const between = events.filter(({ spec }) => {
        if (namespace !== undefined && spec.regarding.namespace !== namespace) return false;
        const at = Date.parse(spec.lastTime);
        return at >= sinceMs && at <= untilMs;
      });
      return await applyFilters(between, filters, filterKeys, () => viewContext(invocation, client));
    },
  };
}

/** Until that time, or until someone has seen enough. */
export async function* following(
  client: EventClient,
  revision: string,
  untilMs: number,
  signal: AbortSignal,
): AsyncGenerator<EventView> {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    const restMs = untilMs - Date.now();
    if (restMs <= 0) end.abort();
    else timer = setTimeout(wait, Math.min(restMs, longestTimerMs));
  };
  wait();
  try {
    yield* client.watch(revision, AbortSignal.any([signal, end.signal]));
  } finally {
    clearTimeout(timer);
  }
}

const nameOrUid = ({ name, uid }: EventView['spec']['regarding'], wanted: string): string =>
  uid === wanted ? uid : name;

function line({ spec: { lastTime, regarding, reason, message, count } }: EventView): string {
  const often = count > 1 ? ` (${count} times)` : '';
  return printable(`${lastTime} ${keyText(regarding)} ${reason}: ${message}${often}`);
}
