import { portMappingSchema } from '@ignite/api/v1/vm-network';
import * as v from 'valibot';
import type { AttachmentRecord } from './attachment-record.ts';
import { cniResultSchema } from './cni.ts';
import { confListSchema } from './conf-list.ts';

/** The MTU of eth0 from the bridge plugin, which old records do not contain. */
const oldMtu = 1_500;

/** The records of Ignite 0.1.0, which have one interface with one address. */
const oldRecordSchema = v.strictObject({
  uid: v.string(),
  name: v.string(),
  ports: v.array(portMappingSchema),
  list: confListSchema,
  result: v.optional(cniResultSchema),
  attachment: v.optional(
    v.strictObject({
      netnsPath: v.string(),
      tap: v.string(),
      mac: v.string(),
      address: v.string(),
      gateway: v.string(),
      dns: v.array(v.string()),
    }),
  ),
});

/** Pure. Converts a record of Ignite 0.1.0, or returns `undefined` for anything else. */
export function convertOldRecord(document: unknown): AttachmentRecord | undefined {
  const parsed = v.safeParse(oldRecordSchema, document);
  if (!parsed.success) return undefined;
  const { uid, name, ports, list, result, attachment } = parsed.output;
  const record = { uid, name, ports, interfaces: [{ name: 'eth0', list, ...(result && { result }) }] };
  if (!attachment) return record;
  const { netnsPath, tap, mac, address, gateway, dns } = attachment;
  const routes = gateway === '' ? [] : [{ to: 'default', via: gateway }];
  const nic = { name: 'eth0', network: list.name, tap, mac, mtu: oldMtu, addresses: [address], routes };
  return { ...record, attachment: { netnsPath, nics: [nic], dns } };
}
