import { gitopsKinds } from '@ignite/toolkit/sync/kinds';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import { configurationSpecSchema } from './v1/configuration.ts';
import { apiVersion } from './v1/group.ts';
import { imageSpecSchema } from './v1/image.ts';
import { kernelSpecSchema } from './v1/kernel.ts';
import { namedByReferenceSchema } from './v1/named-by-reference.ts';
import { namelessMetadataSchema } from './v1/nameless-metadata.ts';
import { vmSpecSchema } from './v1/vm.ts';
import { kinds as v1alpha2 } from './v1alpha2/kinds.ts';
import { kinds as v1alpha3 } from './v1alpha3/kinds.ts';
import { configurationIsAFile } from './v1alpha4/configuration.ts';
import { kinds as v1alpha4 } from './v1alpha4/kinds.ts';
import { volumeSpecSchema } from './v1/volume.ts';

/** The kinds of Ignite that manifests may contain. The original's versions are converted through v1. */
export const scheme = new Scheme([
  { apiVersion, kind: 'VM', spec: vmSpecSchema },
  { apiVersion, kind: 'Image', spec: imageSpecSchema, metadata: namedByReferenceSchema },
  { apiVersion, kind: 'Kernel', spec: kernelSpecSchema, metadata: namedByReferenceSchema },
  { apiVersion, kind: 'Volume', spec: volumeSpecSchema },
  {
    apiVersion,
    kind: 'Configuration',
    spec: configurationSpecSchema,
    metadata: namelessMetadataSchema,
    inert: configurationIsAFile,
  },
  ...gitopsKinds,
  ...v1alpha4,
  ...v1alpha3,
  ...v1alpha2,
]);
