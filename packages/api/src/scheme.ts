import { Scheme } from '@ignite/toolkit/scheme/scheme';
import { gitopsKinds } from '@ignite/toolkit/gitops/kinds';
import { apiVersion } from './v1/group.ts';
import { imageSpecSchema } from './v1/image.ts';
import { kernelSpecSchema } from './v1/kernel.ts';
import { vmSpecSchema } from './v1/vm.ts';

/** Ignite's kinds, as manifests may hold them. */
export const scheme = new Scheme([
  { apiVersion, kind: 'VM', spec: vmSpecSchema },
  { apiVersion, kind: 'Image', spec: imageSpecSchema },
  { apiVersion, kind: 'Kernel', spec: kernelSpecSchema },
  ...gitopsKinds,
]);
