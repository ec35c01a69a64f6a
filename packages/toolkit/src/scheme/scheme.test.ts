import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as v from 'valibot';
import { convertManifests } from '../codec/convert-manifests.ts';
import { decodeManifests } from '../codec/decode-manifests.ts';
import { sampleKind } from './kind.sample.ts';
import type { KindVersion } from './kind.ts';
import { Scheme } from './scheme.ts';

const lost = 'garden.example/lost-colour';
const words = v.record(v.string(), v.string());

const pot: KindVersion = {
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  spec: v.strictObject({
    litres: v.optional(v.pipe(v.number(), v.maxValue(50)), 5),
    watered: v.optional(v.boolean(), false),
  }),
};

/**
 * An old version that writes litres as text, has a colour that the hub lacks and metadata of its own, and
 * puts a wish into its status.
 */
const oldPot: KindVersion = {
  apiVersion: 'garden.example/v1alpha1',
  kind: 'Pot',
  metadata: v.strictObject({
    name: v.string(),
    planted: v.optional(v.string()),
    annotations: v.optional(words),
  }),
  spec: v.strictObject({ size: v.optional(v.string()), colour: v.optional(v.string()) }),
  status: v.strictObject({ wet: v.optional(v.boolean()) }),
  conversion: {
    toHub: ({ metadata: { planted, annotations, ...metadata }, spec, status }) => {
      const { size, colour } = spec as { readonly size?: string; readonly colour?: string };
      const { wet } = (status ?? {}) as { readonly wet?: boolean };
      return {
        metadata: {
          ...metadata,
          ...(planted !== undefined && { creationTimestamp: planted }),
          annotations: { ...annotations, ...(colour !== undefined && { [lost]: colour }) },
        },
        spec: {
          ...(size !== undefined && { litres: Number(size.replace('l', '')) }),
          ...(wet !== undefined && { watered: wet }),
        },
      };
    },
    fromHub: ({ metadata, spec }) => {
      const { creationTimestamp: planted, annotations: { [lost]: colour, ...annotations } = {} } = metadata;
      const { litres, watered } = spec as { readonly litres?: number; readonly watered?: boolean };
      return {
        metadata: { annotations, ...(planted !== undefined && { planted }), name: metadata.name },
        spec: {
          ...(colour !== undefined && { colour }),
          ...(litres !== undefined && { size: `${litres}l` }),
        },
        ...(watered !== undefined && { status: { wet: watered } }),
      };
    },
  },
  remarks: ({ spec }) => ('colour' in (spec as object) ? ['colours have no effect'] : []),
};

const shed: KindVersion = {
  apiVersion: 'garden.example/v1',
  kind: 'Shed',
  spec: v.strictObject({ doors: v.number() }),
  inert: 'nobody builds sheds',
};

const scheme = new Scheme([sampleKind(pot, oldPot), sampleKind(shed)]);
const toV1 = () => 'garden.example/v1';
const toOld = ({ kind }: KindVersion) => `garden.example/${kind === 'Pot' ? 'v1alpha1' : 'v1'}`;

const old = `apiVersion: garden.example/v1alpha1
kind: Pot
metadata: {annotations: {x: y}, name: a, planted: "2020-01-01"}
spec: {colour: red, size: 7l}
status: {wet: true}
`;

describe('Scheme', () => {
  test('an old version is read with its status, converted to the hub and defaulted', () => {
    const [hub] = decodeManifests(old, 'f', scheme);
    assert.equal(hub?.apiVersion, 'garden.example/v1');
    assert.deepEqual(hub.spec, { litres: 7, watered: true });
    assert.deepEqual(hub.metadata.annotations, { x: 'y', [lost]: 'red' });
    const [bare] = decodeManifests(old.replace(/spec: .*\nstatus: .*/, 'spec: {}'), 'f', scheme);
    assert.deepEqual(bare?.spec, { litres: 5, watered: false });
  });

  test('a conversion there and back loses nothing, adds nothing, and keeps fields in the order of their schemas', () => {
    const [hub] = convertManifests(old, 'f', scheme, toV1);
    assert.deepEqual(hub, {
      apiVersion: 'garden.example/v1',
      kind: 'Pot',
      metadata: { name: 'a', annotations: { x: 'y', [lost]: 'red' }, creationTimestamp: '2020-01-01' },
      spec: { litres: 7, watered: true },
    });
    const [back] = convertManifests(JSON.stringify(hub), 'f', scheme, toOld);
    assert.equal(
      JSON.stringify(back),
      '{"apiVersion":"garden.example/v1alpha1","kind":"Pot","metadata":{"name":"a","planted":"2020-01-01",' +
        '"annotations":{"x":"y"}},"spec":{"size":"7l","colour":"red"},"status":{"wet":true}}',
    );
    const [bare] = convertManifests(JSON.stringify({ ...hub, spec: {} }), 'f', scheme, toV1);
    assert.deepEqual(bare?.spec, {}, 'a default of the hub is not written out');
  });

  test("an object that only the hub's rules forbid is refused with its place, or that of its parent", () => {
    const large = old.replace('size: 7l', 'size: 70l');
    for (const read of [
      () => decodeManifests(large, 'f', scheme),
      () => convertManifests(large, 'f', scheme, toV1),
    ])
      assert.throws(read, /^CodedError: f:4:1: spec.litres: /);
  });

  test('an old status is as strict as its spec; one that takes no part may be anything', () => {
    assert.throws(() => decodeManifests(old.replace('wet', 'wett'), 'f', scheme), {
      message: 'f:5:10: status: unknown field "wett"',
      hint: 'did you mean "wet"?',
    });
    const [hub] = convertManifests(old, 'f', scheme, toV1);
    assert.equal(decodeManifests(JSON.stringify({ ...hub, status: { any: 1 } }), 'f', scheme).length, 1);
  });

  test('kinds that are never applied are checked, told of, and do not come out; remarks are told of too', () => {
    const text = `${old}---\napiVersion: garden.example/v1\nkind: Shed\nmetadata: {name: s}\nspec: {doors: 1}\n`;
    const told: string[] = [];
    const found = decodeManifests(text, 'f', scheme, {
      onRemark: (remark, { line }) => told.push(`${line} ${remark}`),
    });
    assert.deepEqual(
      [found.map(({ kind }) => kind), told],
      [['Pot'], ['1 colours have no effect', '7 nobody builds sheds']],
    );
    assert.equal(convertManifests(text, 'f', scheme, toOld).length, 2);
    assert.throws(() => decodeManifests(text.replace('doors: 1', 'doors: x'), 'f', scheme), /spec.doors/);
  });

  test('a version that a kind has not is refused, and the names are known', () => {
    assert.throws(() => convertManifests(old, 'f', scheme, () => 'garden.example/v9'), {
      code: 'VERSION_UNKNOWN',
      hint: 'known versions: garden.example/v1, garden.example/v1alpha1',
    });
    assert.deepEqual(scheme.names, ['Pot (garden.example/v1, v1alpha1)', 'Shed (garden.example/v1)']);
  });

  test('a kind has exactly one hub', () => {
    const spec = v.unknown();
    const version = (apiVersion: string) => ({ apiVersion, kind: 'Pot', spec });
    assert.throws(() => sampleKind(version('a/v1'), version('a/v2')), /one version without a conversion/);
  });
});
