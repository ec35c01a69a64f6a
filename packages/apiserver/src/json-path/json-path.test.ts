import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesAt } from './json-path.ts';
import { parseJsonPath } from './parse-json-path.ts';

const object = {
  metadata: { labels: { 'a.b/c': 'dotted', plain: 'x' } },
  spec: { ports: [{ port: 80, name: 'web' }, { port: 443 }, { port: 22 }], zero: 0, none: null },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Up', status: 'False' },
    ],
  },
};

const table: readonly (readonly [string, readonly unknown[]])[] = [
  ['.spec.zero', [0]],
  ['.spec.none', [null]],
  ['.spec.absent.deeper', []],
  ['.spec.constructor', []],
  ['.spec.ports[0].name', ['web']],
  ['.spec.ports[-1].port', [22]],
  ['.spec.ports[1:].port', [443, 22]],
  ['.spec.ports[0:3:2].port', [80, 22]],
  ['.spec.ports[*].port', [80, 443, 22]],
  [String.raw`.metadata.labels['a\.b/c']`, ['dotted']],
  [String.raw`.metadata.labels.a\.b/c`, ['dotted']],
  ["['metadata']['labels']['plain']", ['x']],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type == 'Up')].status", ['False']],
  ['.status.conditions[?(@.type!="Up")].status', ['True']],
  ['.spec.ports[?(@.port>80)].port', [443]],
  ['.spec.ports[?(@.port<=80)].port', [80, 22]],
  ['.spec.ports[?(@.name)].port', [80]],
  ['..type', ['Ready', 'Up']],
  ['.', [object]],
];

for (const [path, values] of table)
  test(`valuesAt: ${path}`, () => assert.deepEqual(valuesAt(object, path), values));

test('parseJsonPath: a malformed path is none', () => {
  for (const path of ['.spec[', '.spec.ports[?(port)]', '.a b', '.spec.{x}'.replace('{', '(')])
    assert.equal(parseJsonPath(path), undefined, path);
});
