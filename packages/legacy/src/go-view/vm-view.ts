import type { Vm } from '@ignite/api/v1/vm';
import { familiarSource } from '@ignite/api/v1/familiar-source';
import { askedOf, usualPlugin } from '@ignite/api/v1/asked';
import { isUp } from '@ignite/api/v1/vm-phase';
import { vmFiles } from '@ignite/engine/tools/host/paths';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import { formatPortMapping } from '@ignite/api/v1/format-port-mapping';
import { GoFunction, GoObject, type GoValue } from '@ignite/toolkit/go-template/value';
import { age } from '@ignite/toolkit/text/age';
import { addressesOf, portsText, statusText } from '@ignite/api/v1/resources/vm-text';
import { shownName } from '@ignite/api/v1/shown-name';
import { documentView } from './document-view.ts';
import { fieldNames } from './field-names.ts';
import { type Fields, listValue, namedValue, nilValue, sizeValue, struct, timeValue } from './named-value.ts';
import { objectRoot } from './object-root.ts';
import { ociSource } from './oci-source-view.ts';
import { storageValue } from './storage-view.ts';
import type { ViewContext } from './view-context.ts';

const idPrefix = 'ignite';

/** A VM with the fields and methods of the original's `VM`, of its last API version. */
export function vmView(vm: Vm, context: ViewContext): GoObject {
  const { uid } = vm.metadata;
  const files = vmFiles(context.paths, uid);
  const always = (value: GoValue): GoFunction => new GoFunction([], () => value);
  return objectRoot(vm, context.nowMs, {
    typeName: '*ignite.VM',
    spec: specFields(vm, context),
    status: statusFields(vm, context),
    // Where the addresses were before they moved into Network: the original's own help still names it.
    statusMethods: { IPAddresses: always(addressList(vm)) },
    statusText: statusText(vm, context.nowMs),
    methods: {
      Running: always(isUp(vm)),
      PrefixedID: always(`${idPrefix}-${uid}`),
      ObjectPath: always(files.dir),
      OverlayFile: always(files.disk),
    },
    aliases: {
      image: vm.spec.image.oci,
      ports: portsText(vm),
      state: vm.status.phase.toLowerCase(),
      size: humanBytes(vm.spec.diskSize),
      runningFor: `${age(vm.metadata.creationTimestamp, context.nowMs)} ago`,
    },
    namesAt: fieldNames.VM,
  });
}

function specFields({ metadata, spec, status }: Vm, { kernels }: ViewContext): Fields {
  const { sandboxImage = '', kernelImage } = askedOf(metadata);
  const ownKernel = kernels.find((kernel) => kernel.status.id === status.kernel?.id);
  return {
    Image: struct('VMImageSpec', { OCI: imageRef(spec.image.oci) }),
    Sandbox: struct('VMSandboxSpec', { OCI: imageRef(familiarSource(sandboxImage)) }),
    Kernel: struct('VMKernelSpec', {
      OCI: imageRef(
        spec.kernel.oci ??
          (kernelImage && familiarSource(kernelImage)) ??
          (ownKernel && shownName(ownKernel)) ??
          '',
      ),
      CmdLine: spec.kernel.cmdLine ?? '',
    }),
    CPUs: BigInt(spec.cpus),
    Memory: sizeValue(spec.memory),
    DiskSize: sizeValue(spec.diskSize),
    Network: struct('VMNetworkSpec', {
      Ports: listValue(
        'meta.PortMappings',
        spec.network.ports.map(formatPortMapping),
        spec.network.ports.map((port) =>
          struct(
            'PortMapping',
            {
              BindAddress: port.bindAddress ?? null,
              HostPort: BigInt(port.hostPort),
              VMPort: BigInt(port.vmPort),
              Protocol: port.protocol,
            },
            formatPortMapping(port),
          ),
        ),
      ),
    }),
    Storage: storageValue(spec.storage),
    CopyFiles: spec.copyFiles.map(({ hostPath, vmPath }) =>
      struct('FileMapping', { HostPath: hostPath, VMPath: vmPath }),
    ),
    SSH: sshValue(spec.ssh),
  };
}

function sshValue(ssh: Vm['spec']['ssh']): GoObject {
  if (ssh === undefined) return nilValue('*ignite.SSH', { Generate: false, PublicKey: '' });
  return struct('SSH', {
    Generate: ssh.generateKey === true,
    PublicKey: ssh.authorizedKeysFile ?? '',
  });
}

function statusFields(vm: Vm, { nowMs, images, kernels }: ViewContext): Fields {
  const { status, spec, metadata } = vm;
  const isRunning = isUp(vm);
  const { networkPlugin = usualPlugin } = askedOf(metadata);
  const network = { Plugin: networkPlugin, IPAddresses: addressList(vm) };
  const runtime = { ID: `${idPrefix}-${metadata.uid}`, Name: spec.sandbox?.runtime ?? 'conmon' };
  const image = images.find((each) => each.status.digest === status.image?.digest);
  const kernel = kernels.find((each) => each.status.id === status.kernel?.id);
  const within = (name: 'image' | 'kernel') => {
    const document = documentView(status[name], fieldNames.VM, ['status', name]);
    return document instanceof GoObject ? document.parts.lookUp : undefined;
  };
  return {
    Running: isRunning,
    Runtime: isRunning ? struct('Runtime', runtime) : nilValue('*ignite.Runtime', { ID: '', Name: '' }),
    StartTime:
      isRunning && status.startTime !== undefined
        ? timeValue(status.startTime, nowMs)
        : nilValue('*runtime.Time', {}),
    Network: isRunning ? struct('Network', network) : nilValue('*ignite.Network', { ...network, Plugin: '' }),
    Image: ociSource(
      image ? shownName(image) : spec.image.oci,
      status.image?.digest,
      image?.status.size,
      within('image'),
    ),
    Kernel: ociSource('', undefined, kernel?.status.size, within('kernel')),
    IDPrefix: idPrefix,
  };
}

function addressList(vm: Vm): GoObject {
  const addresses = addressesOf(vm);
  return listValue('meta.IPAddresses', addresses, addresses);
}

const imageRef = (name: string): GoObject => namedValue('meta.OCIImageRef', name);
