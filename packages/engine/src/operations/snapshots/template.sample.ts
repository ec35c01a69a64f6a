import { templateLabel } from '@ignite/api/v1/template';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { newUid } from '@ignite/toolkit/object/uid';
import { bytes } from '@ignite/toolkit/units/bytes';
import { hostArch } from '../../tools/host/arch.ts';
import { kernelPackage } from '../../tools/kernel/debian-kernel.ts';
import { imagesIn, kernelsIn, snapshotsIn } from '../../tools/store/kind-clients.ts';
import { validateRequest } from '../../vm/definition/create-vm.ts';
import { templateKey } from './make-template.ts';

/** Stores an image, a kernel and the template `made` of VMs that use both, and returns the spec of such a VM. */
export async function storeTemplate(objects: ObjectClient) {
  const image = { digest: 'sha256:1', bootMode: 'init' } as const;
  const kernel = { id: 'k', version: '1' };
  await imagesIn(objects).create({
    metadata: { name: 'debian', uid: newUid() },
    spec: { oci: 'debian:latest' },
    status: {
      ...image,
      platform: `linux/${hostArch}`,
      config: {
        entrypoint: [],
        cmd: [],
        env: [],
        user: '',
        workingDir: '/',
        stopSignal: '',
        exposedPorts: [],
      },
      size: 1,
      baseDisk: { path: '/base', size: 1 },
    },
  });
  await kernelsIn(objects).create({
    metadata: { name: kernelPackage(hostArch), uid: newUid() },
    spec: {},
    status: { ...kernel, arch: hostArch, size: bytes(1) },
  });
  const wanted = { image: { oci: 'debian:latest' }, memory: '256MB' };
  const { spec } = await validateRequest({ spec: wanted });
  const key = templateKey({ spec, status: { phase: 'Created', arch: hostArch, image, kernel } });
  await snapshotsIn(objects).create({
    metadata: {
      namespace: 'default',
      name: 'made',
      uid: newUid(),
      labels: { [templateLabel]: key },
    },
    spec: { vmName: 'web' },
    status: { vmUid: newUid(), vmSpec: spec, arch: hostArch, image, kernel, holds: 'Machine', size: 1 },
  });
  return wanted;
}
