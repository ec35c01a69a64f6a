import type { Kernel } from '@ignite/api/v1/kernel';
import { shownName } from '@ignite/api/v1/shown-name';
import { kernelDir } from '@ignite/engine/tools/host/paths';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import { GoFunction, type GoObject } from '@ignite/toolkit/go-template/value';
import { fieldNames } from './field-names.ts';
import { namedValue } from './named-value.ts';
import { objectRoot } from './object-root.ts';
import { ociSource } from './oci-source-view.ts';
import type { ViewContext } from './view-context.ts';

/** A kernel with the fields and methods of the original's `Kernel`. */
export function kernelView(kernel: Kernel, { nowMs, paths }: ViewContext): GoObject {
  const { spec, status } = kernel;
  return objectRoot(kernel, nowMs, {
    typeName: '*ignite.Kernel',
    spec: { OCI: namedValue('meta.OCIImageRef', spec.oci ?? shownName(kernel)) },
    status: {
      Version: status.version,
      OCISource: ociSource(shownName(kernel), undefined, status.size),
    },
    methods: { ObjectPath: new GoFunction([], () => kernelDir(paths, status.id)) },
    aliases: { version: status.version, size: humanBytes(status.size) },
    namesAt: fieldNames.Kernel,
  });
}
