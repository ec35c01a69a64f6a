import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeConfiguration } from '@ignite/api/configuration-file';
import { scheme } from './scheme.ts';

const decode = (text: string) => decodeConfiguration(text, 'config.yaml', scheme);
const head = (version: string) => `apiVersion: ignite.weave.works/${version}\nkind: Configuration\n`;

test('decodeConfiguration: every version that has one is read, and nothing is filled in', () => {
  const spec =
    'spec: {runtime: docker, networkPlugin: cni, idPrefix: fire, vmDefaults: {memory: 2GB, ssh: true}}\n';
  for (const version of ['v1', 'v1alpha3', 'v1alpha4'])
    assert.deepEqual(decode(`${head(version)}metadata: {name: x}\n${spec}`), {
      runtime: 'docker',
      networkPlugin: 'cni',
      idPrefix: 'fire',
      vmDefaults: { memory: '2GB', ssh: { generateKey: true } },
    });
  assert.deepEqual(decode(`${head('v1alpha4')}metadata: {}\nspec: {registryConfigDir: /r, runtime: ""}\n`), {
    registryConfigDir: '/r',
  });
});

test('decodeConfiguration: one without a spec sets nothing', () => {
  for (const version of ['v1', 'v1alpha3', 'v1alpha4'])
    for (const rest of ['', 'metadata: {name: x}\n', 'spec:\n', 'spec: {}\n'])
      assert.deepEqual(decode(`${head(version)}${rest}`), {}, `${version} ${rest}`);
});

test('decodeConfiguration: defaults that the original wrote out are no wish, but can be shown', () => {
  const kernel =
    '{oci: weaveworks/ignite-kernel:5.10.51, cmdLine: console=ttyS0 reboot=k panic=1 pci=off ip=dhcp}';
  const text = `${head('v1alpha4')}spec: {vmDefaults: {kernel: ${kernel}, sandbox: {oci: weaveworks/ignite:dev}, cpus: 2}}\n`;
  const asked = { sandboxImage: 'weaveworks/ignite:dev', kernelImage: 'weaveworks/ignite-kernel:5.10.51' };
  assert.deepEqual(decode(text), { vmDefaults: { cpus: 2 }, asked });
});

test('decodeConfiguration: a kernel that someone names for all VMs is their wish, the default one too', () => {
  for (const version of ['5.4.43', '5.10.51']) {
    const kernel = { oci: `weaveworks/ignite-kernel:${version}` };
    const text = `${head('v1alpha3')}spec: {vmDefaults: {kernel: {oci: "${kernel.oci}"}}}\n`;
    assert.deepEqual(decode(text), { vmDefaults: { kernel } });
  }
});

const refused: readonly (readonly [string, RegExp])[] = [
  ['', /^invalid config file, Kind and APIVersion must be set$/],
  ['spec: {runtime: docker}\n', /^invalid config file, Kind and APIVersion must be set$/],
  ['kind: Configuration\n', /^invalid config file, Kind and APIVersion must be set$/],
  [`${head('v1alpha4')}spec: {runtime: foo}\n`, /^config.yaml:3:8: spec.runtime: /],
  [`${head('v1')}spec: {networkPlugin: foo}\n`, /^config.yaml:3:8: spec.networkPlugin: /],
  [`${head('v1alpha3')}spec: {registryConfigDir: /r}\n`, /unknown field "registryConfigDir"/],
  [`${head('v1alpha4')}spec: {vmDefault: {}}\n`, /unknown field "vmDefault"/],
  [`${head('v1alpha2')}spec: {}\n`, /unknown kind "Configuration"/],
  [
    head('v1').replace('Configuration', 'VM') + 'metadata: {name: a}\nspec: {image: {oci: a}}\n',
    /must contain one Configuration/,
  ],
];

for (const [text, message] of refused)
  test(`decodeConfiguration: ${JSON.stringify(text)} is refused`, () =>
    assert.throws(
      () => decode(text),
      (failure) => failure instanceof Error && message.test(failure.message),
    ));
