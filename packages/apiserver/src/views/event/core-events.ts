import { eventKind } from '@ignite/toolkit/core/event';
import type { Selection } from '@ignite/toolkit/client/object-client';
import { age } from '@ignite/toolkit/text/age';
import { builtInResourceOf } from '../../resource/served-resource-of.ts';
import type { ServedResource } from '../../resource/served-resource.ts';
import { allVerbs } from '../../resource/view.ts';
import { nameColumn } from '../../resource/table-column.ts';
import type { StructuralSchema } from '../../structural-schema/structural-schema.ts';
import { TranslatedObjects } from '../translated-objects.ts';
import { viewColumns } from '../view-columns.ts';
import { viewResource } from '../view-resource.ts';
import { type CoreEvent, coreEvent, coreNames, coreOccurrences, storedEvent } from './core-event.ts';

const stored = builtInResourceOf(eventKind);

const schema: StructuralSchema = {
  ...stored.schema,
  properties: Object.fromEntries(
    Object.entries(stored.schema.properties ?? {}).map(([name, each]) => [coreNames[name] ?? name, each]),
  ),
};

/** What events are about that are asked for as those of a Pod or a Node. */
const shownKinds: Readonly<Record<string, string>> = { Pod: 'VM', Node: 'Host' };

/** Pure. Selects the events of a VM for those who ask for the ones of its Pod. */
function selected<T extends Selection>(selection: T): T {
  const { fields = [] } = selection;
  const kind = fields.find(({ field }) => field === 'involvedObject.kind')?.value ?? '';
  const value = Object.hasOwn(shownKinds, kind) ? shownKinds[kind] : undefined;
  if (value === undefined) return selection;
  const others = fields.filter(({ field }) => field !== 'involvedObject.apiVersion');
  return {
    ...selection,
    fields: others.map((each) => (each.field === 'involvedObject.kind' ? { ...each, value } : each)),
  };
}

const objectText = ({ involvedObject: { kind = '', name = '' } = {} }: CoreEvent): string =>
  name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;

const sourceText = ({ source = {}, reportingComponent = '', reportingInstance = '' }: CoreEvent): string =>
  [source.component || reportingComponent, source.host || reportingInstance]
    .filter((part) => part !== '')
    .join(', ');

const parts = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Events in the form of the core group, in which kubectl reads them and most controllers write them. */
export const coreEvents: ServedResource = viewResource({
  group: '',
  version: 'v1',
  resource: 'events',
  kind: 'Event',
  isNamespaced: true,
  shortNames: ['ev'],
  selectableFields: [
    ...parts.map((part) => `involvedObject.${part}`),
    ...['reason', 'reportingComponent', 'type'],
  ],
  columns: [
    ...viewColumns<CoreEvent>([
      { name: 'Last Seen', cell: (event, nowMs) => age(coreOccurrences(event).lastTime, nowMs) },
      { name: 'Type', cell: ({ type = '' }) => type },
      { name: 'Reason', cell: ({ reason = '' }) => reason },
      { name: 'Object', cell: objectText },
      { name: 'Subobject', wide: true, cell: ({ involvedObject }) => involvedObject?.fieldPath ?? '' },
      { name: 'Source', wide: true, cell: sourceText },
      { name: 'Message', cell: ({ message = '' }) => message.trim() },
      {
        name: 'First Seen',
        wide: true,
        cell: (event, nowMs) => age(coreOccurrences(event).firstTime, nowMs),
      },
      { name: 'Count', wide: true, cell: (event) => String(coreOccurrences(event).count) },
    ]),
    { ...nameColumn, priority: 1 },
  ],
  schema,
  ...(stored.mergeKeys && { mergeKeys: stored.mergeKeys }),
  unwritten: { source: {} },
  view: {
    over: (client) =>
      new TranslatedObjects(client, {
        stored,
        toShown: coreEvent,
        toStored: storedEvent,
        selected,
      }),
    verbs: allVerbs,
  },
});
