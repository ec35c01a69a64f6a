import { finalizers } from '../contract/names.ts';
import type { IpAddress } from '../kinds/ip-address-claim.ts';
import { ipAddressKind } from '../kinds/object-kinds.ts';
import type { BasicWork } from '../runtime/controller.ts';

/** Deletes an address that no claim has any more, which is protected until then. */
export async function releaseAddress(address: IpAddress, { objects }: BasicWork): Promise<void> {
  const { metadata } = address;
  const left = metadata.finalizers.filter((each) => each !== finalizers.ipAddress);
  const free =
    left.length === metadata.finalizers.length
      ? address
      : await objects.write(ipAddressKind, address, {
          ...address,
          metadata: { ...metadata, finalizers: left },
        });
  await objects.delete(ipAddressKind, free);
}
