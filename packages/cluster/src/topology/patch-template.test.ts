import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClassJsonPatch, ClassPatch, PatchSelector } from '../kinds/cluster-class.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { type ClassTemplate, patchedTemplate, variableAt } from './patch-template.ts';

const reference = { apiVersion: 'infrastructure.sim.example/v1', kind: 'SimMachineTemplate', name: 'm' };
const template: ClassTemplate = {
  reference,
  role: { of: 'machineDeployment', class: 'gpu-large' },
  object: {
    ...sampleMachine({ name: 'm' }),
    kind: 'SimMachineTemplate',
    spec: { template: { spec: { size: 'small', disks: [{ name: 'root' }] } } },
  },
};
const variables = {
  size: 'large',
  disks: [{ name: 'data', gigabytes: 5 }],
  proxy: { enabled: true },
  builtin: { cluster: { name: 'dev' }, machineDeployment: { version: 'v1.35.4', replicas: 3 } },
};
const patch = (
  jsonPatches: readonly ClassJsonPatch[],
  more: Partial<ClassPatch> = {},
  matchResources: PatchSelector['matchResources'] = { machineDeploymentClass: { names: ['gpu-*'] } },
): ClassPatch => ({
  name: 'p',
  definitions: [
    {
      selector: { apiVersion: reference.apiVersion, kind: reference.kind, matchResources },
      jsonPatches: [...jsonPatches],
    },
  ],
  ...more,
});
const at = '/spec/template/spec';
const setSize: ClassJsonPatch = { op: 'replace', path: `${at}/size`, value: 'huge' };

describe('patchedTemplate', () => {
  const cases: readonly (readonly [string, ClassPatch, object])[] = [
    ['a value', patch([setSize]), { size: 'huge', disks: [{ name: 'root' }] }],
    [
      'a variable',
      patch([{ op: 'replace', path: `${at}/size`, valueFrom: { variable: 'size' } }]),
      { size: 'large', disks: [{ name: 'root' }] },
    ],
    [
      'a part of a variable, at the end of a list',
      patch([{ op: 'add', path: `${at}/disks/-`, valueFrom: { variable: 'disks[0]' } }]),
      { size: 'small', disks: [{ name: 'root' }, { name: 'data', gigabytes: 5 }] },
    ],
    [
      'a template, which is YAML',
      patch([
        {
          op: 'add',
          path: `${at}/more`,
          valueFrom: {
            template:
              'name: {{ .builtin.cluster.name }}\ncount: {{ add .builtin.machineDeployment.replicas 1 }}',
          },
        },
      ]),
      { size: 'small', disks: [{ name: 'root' }], more: { name: 'dev', count: 4 } },
    ],
    ['a removal', patch([{ op: 'remove', path: `${at}/disks` }]), { size: 'small' }],
    [
      'a condition that holds',
      patch([setSize], { enabledIf: '{{ .proxy.enabled }}' }),
      { size: 'huge', disks: [{ name: 'root' }] },
    ],
    [
      'a condition that does not',
      patch([setSize], { enabledIf: '{{ semverCompare "<1.35" .builtin.machineDeployment.version }}' }),
      { size: 'small', disks: [{ name: 'root' }] },
    ],
    [
      'a patch for others',
      patch([setSize], {}, { controlPlane: true, machineDeploymentClass: { names: ['cpu-*', 'gpu'] } }),
      { size: 'small', disks: [{ name: 'root' }] },
    ],
    [
      'a pattern of endings',
      patch([setSize], {}, { machineDeploymentClass: { names: ['*-large'] } }),
      { size: 'huge', disks: [{ name: 'root' }] },
    ],
  ];
  for (const [name, one, spec] of cases)
    test(name, () => {
      const before = structuredClone(template.object.spec);
      assert.deepEqual(patchedTemplate(template, [one], variables).spec, { template: { spec } });
      assert.deepEqual(template.object.spec, before, 'the template itself stays');
    });

  test('later patches see what earlier ones have done', () => {
    const patches = [
      patch([{ op: 'add', path: `${at}/labels`, value: {} }]),
      patch([{ op: 'add', path: `${at}/labels/a`, value: 'b' }]),
    ];
    assert.partialDeepStrictEqual(patchedTemplate(template, patches, variables).spec, {
      template: { spec: { labels: { a: 'b' } } },
    });
  });

  const problems: readonly (readonly [ClassJsonPatch, RegExp])[] = [
    [{ op: 'replace', path: `${at}/missing/a`, value: 1 }, /patch p of SimMachineTemplate m: operation 0/],
    [{ op: 'add', path: `${at}/a`, valueFrom: { variable: 'proxy.url' } }, /proxy\.url has no value/],
    [{ op: 'add', path: `${at}/a`, valueFrom: { template: '{{ index .disks 7 }}' } }, /index out of range/],
    [{ op: 'add', path: `${at}/a`, valueFrom: { template: '{a' } }, /patch p/],
    [{ op: 'add', path: `${at}/__proto__/a`, value: 1 }, /cannot change/],
  ];
  for (const [operation, problem] of problems)
    test(`${JSON.stringify(operation)} fails`, () => {
      assert.throws(() => patchedTemplate(template, [patch([operation])], variables), problem);
    });
});

test('variableAt finds own fields only', () => {
  assert.equal(variableAt('disks[0].gigabytes', variables), 5);
  for (const path of ['disks[1]', 'size.length', 'constructor.name', 'disks.length.x', ''])
    assert.throws(() => variableAt(path, variables), /has no value/);
});
