import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import { sandboxSpecSchema } from '../kinds/sandbox.ts';
import { planVmSpec } from './plan-vm-spec.ts';

const planned = (container: object, pod: object = {}, spec: object = {}) =>
  planVmSpec(
    v.parse(sandboxSpecSchema, {
      podTemplate: { spec: { containers: [{ name: 'main', image: 'python:3.12', ...container }], ...pod } },
      ...spec,
    }),
  );

for (const [what, container, pod, spec] of [
  ['an image alone', {}, {}, { image: { oci: 'python:3.12' }, restartPolicy: 'always' }],
  [
    'command, arguments and environment',
    { command: ['python'], args: ['-m', 'http.server'], env: [{ name: 'A', value: 'b' }, { name: 'C' }] },
    { restartPolicy: 'Never' },
    {
      image: { oci: 'python:3.12' },
      command: ['python', '-m', 'http.server'],
      env: { A: 'b', C: '' },
      restartPolicy: 'no',
    },
  ],
  [
    'a limit wins over a request, and sizes are rounded up',
    {
      resources: {
        requests: { cpu: '250m', memory: '10Mi', 'ephemeral-storage': '1G' },
        limits: { cpu: '1500m', memory: '300M' },
      },
    },
    {},
    {
      image: { oci: 'python:3.12' },
      cpus: 2,
      memory: 287 * 2 ** 20,
      diskSize: 954 * 2 ** 20,
      restartPolicy: 'always',
    },
  ],
  [
    'a VM has what it needs at least',
    { resources: { limits: { cpu: 0.1, memory: '1Mi' } } },
    {},
    { image: { oci: 'python:3.12' }, cpus: 1, memory: 96 * 2 ** 20, restartPolicy: 'always' },
  ],
  [
    'what makes no difference to a VM is ignored',
    { imagePullPolicy: 'Always', ports: [{ containerPort: 80 }], readinessProbe: {} },
    { runtimeClassName: 'gvisor', serviceAccountName: 'x', automountServiceAccountToken: false, volumes: [] },
    { image: { oci: 'python:3.12' }, restartPolicy: 'always' },
  ],
] as const)
  test(`planVmSpec: ${what}`, () => {
    const plan = planned(container, pod);
    assert.deepEqual(plan, { kind: 'vm', spec });
    assert.ok(v.safeParse(vmSpecSchema, spec).success, 'a VM can be that');
  });

for (const [what, container, pod, spec, reason] of [
  ['claims of volumes', {}, {}, { volumeClaimTemplates: [{}] }, /^volumeClaimTemplates: /],
  [
    'two containers',
    {},
    {
      containers: [
        { name: 'a', image: 'a' },
        { name: 'b', image: 'b' },
      ],
    },
    {},
    /one container/,
  ],
  ['init containers', {}, { initContainers: [{}] }, {}, /initContainers: not supported/],
  ['volumes', { volumeMounts: [{}] }, { volumes: [{}] }, {}, /volumes: not.*volumeMounts: not/],
  ['values from elsewhere', { env: [{ name: 'A', valueFrom: {} }] }, {}, {}, /A has no value of its own/],
  ['files of the host', { image: 'oci-archive:/etc/shadow' }, {}, {}, /not in a registry/],
  ['other resources', { resources: { limits: { 'nvidia.com/gpu': 1 } } }, {}, {}, /nvidia.com\/gpu 1/],
  ['a size that is none', { resources: { limits: { memory: '1 GB' } } }, {}, {}, /memory "1 GB"/],
] as const)
  test(`planVmSpec: ${what} are refused`, () => {
    const plan = planned(container, pod, spec);
    assert.equal(plan.kind, 'unfit');
    assert.match(plan.kind === 'unfit' ? plan.reasons.join('; ') : '', reason);
  });
