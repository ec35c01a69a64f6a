import { readDocument } from '@ignite/toolkit/codec/read-document';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { apiVersion } from '../v1/group.ts';
import { type IgnitedSetting, type IgnitedValues, settingEntries } from './ignited-settings.ts';

/**
 * Pure. Reads a file of the kind IgnitedConfiguration.
 * @throws CodedError MANIFEST_INVALID
 */
export function decodeIgnitedConfiguration(text: string, file: string): IgnitedValues {
  const object = readDocument(text, file, ignitedConfigurationSchema) as Fields;
  return Object.fromEntries(
    settingEntries.flatMap(([name, { field, type }]) => {
      const value = fieldAt(object, field.split('.'));
      if (value === undefined) return [];
      return [[name, type === 'list' ? pairs(value as Readonly<Record<string, string>>) : value]];
    }),
  );
}

interface Fields {
  readonly [name: string]: unknown;
}

function fieldAt(object: Fields, [name, ...rest]: readonly string[]): unknown {
  const value = object[name!];
  return rest.length === 0 || value === undefined ? value : fieldAt(value as Fields, rest);
}

const pairs = (record: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(record).map(([key, value]) => `${key}=${value}`);

interface Branch {
  readonly [name: string]: Branch | v.GenericSchema;
}

/** The schema of the file, which is made from the settings. */
const ignitedConfigurationSchema: v.GenericSchema = v.strictObject({
  apiVersion: v.literal(apiVersion),
  kind: v.literal('IgnitedConfiguration'),
  ...entriesOf(
    settingEntries.reduce<Branch>(
      (tree, [, setting]) => grown(tree, setting.field.split('.'), leafOf(setting)),
      {},
    ),
  ),
});

function grown(tree: Branch, [name, ...rest]: readonly string[], leaf: v.GenericSchema): Branch {
  if (rest.length === 0) return { ...tree, [name!]: leaf };
  return { ...tree, [name!]: grown((tree[name!] ?? {}) as Branch, rest, leaf) };
}

function entriesOf(tree: Branch): Readonly<Record<string, v.GenericSchema>> {
  return Object.fromEntries(
    Object.entries(tree).map(([name, branch]) => [
      name,
      v.optional(isLeaf(branch) ? branch : v.strictObject(entriesOf(branch))),
    ]),
  );
}

function isLeaf(branch: Branch | v.GenericSchema): branch is v.GenericSchema {
  return '~standard' in branch;
}

function leafOf({ type, values, help }: IgnitedSetting): v.GenericSchema {
  if (type === 'boolean') return described(help, v.boolean());
  if (type === 'list') return described(help, v.record(v.string(), v.string()));
  return described(help, values ? v.picklist(values) : v.string());
}
