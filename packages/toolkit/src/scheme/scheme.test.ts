import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { decodeManifests } from '../codec/decode-manifests.ts';
import { Scheme } from './scheme.ts';

const lost = 'garden.example/lost-colour';

/** v1alpha1 has litres as text and a colour that the hub has not. */
const scheme = new Scheme([
  {
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    spec: v.strictObject({ litres: v.optional(v.number(), 5) }),
  },
  {
    apiVersion: 'garden.example/v1alpha1',
    kind: 'Pot',
    spec: v.strictObject({ size: v.optional(v.string(), '5l'), colour: v.optional(v.string()) }),
    conversion: {
      toHub: ({ spec, annotations }) => {
        const { size, colour } = spec as { readonly size: string; readonly colour?: string };
        return {
          spec: { litres: Number(size.replace('l', '')) },
          annotations: { ...annotations, ...(colour !== undefined && { [lost]: colour }) },
        };
      },
      fromHub: ({ spec, annotations: { [lost]: colour, ...annotations } }) => ({
        spec: {
          size: `${(spec as { readonly litres: number }).litres}l`,
          ...(colour !== undefined && { colour }),
        },
        annotations,
      }),
    },
  },
]);

test('Scheme: an old version is read, defaulted and converted to the hub, and back without loss', () => {
  const old =
    'apiVersion: garden.example/v1alpha1\nkind: Pot\nmetadata: {name: a, annotations: {x: y}}\nspec: {size: 7l, colour: red}\n';
  const [hub] = decodeManifests(old, 'f', scheme);
  assert.equal(hub?.apiVersion, 'garden.example/v1');
  assert.deepEqual(hub.spec, { litres: 7 });
  const back = scheme.convert(hub, 'garden.example/v1alpha1');
  assert.deepEqual([back.spec, back.metadata.annotations], [{ size: '7l', colour: 'red' }, { x: 'y' }]);
  assert.deepEqual(scheme.convert(back, 'garden.example/v1').spec, hub.spec);
  const [defaulted] = decodeManifests(old.replace('{size: 7l, colour: red}', '{}'), 'f', scheme);
  assert.deepEqual(defaulted?.spec, { litres: 5 });
  assert.throws(() => scheme.convert(hub, 'garden.example/v9'), { code: 'VERSION_UNKNOWN' });
});

test('Scheme: a kind has exactly one hub', () => {
  const spec = v.unknown();
  const version = (apiVersion: string) => ({ apiVersion, kind: 'Pot', spec });
  assert.throws(() => new Scheme([version('a/v1'), version('a/v2')]), /one version without a conversion/);
});
