import { decodeMessage } from './decode-message.ts';
import { kindTypes } from './kind-types.ts';
import { type MessageType, message, text } from './message-type.ts';
import { deleteOptions } from './meta-types.ts';

/** The media type of objects in this form. */
export const protobufType = 'application/vnd.kubernetes.protobuf';

/** What every object in this form begins with. */
const magic = Buffer.from('k8s\0');
const envelope: MessageType = {
  1: message('type', { 1: text('apiVersion'), 2: text('kind') }),
  2: { name: 'raw', type: 'bytes' },
};

/**
 * Pure. Returns an object of a kind of Kubernetes that is encoded with Protocol Buffers (k8s.io/apimachinery,
 * runtime.Unknown). Returns `undefined` if the kind is not known in this form.
 * @throws RangeError if the bytes are no such object
 */
export function decodeObject(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw new RangeError('it does not begin as an object does');
  const { type = {}, raw = '' } = decodeMessage(bytes.subarray(magic.length), envelope);
  const { apiVersion = '', kind = '' } = type as Readonly<Record<string, string>>;
  const name = `${apiVersion} ${kind}`;
  // Clients write the options of a delete in whatever group they delete from.
  const known = kind === 'DeleteOptions' ? deleteOptions : fieldsOf(name);
  if (known === undefined) return undefined;
  const content = decodeMessage(Buffer.from(String(raw), 'base64'), known);
  return { apiVersion, kind, ...content };
}

const fieldsOf = (name: string): MessageType | undefined =>
  Object.hasOwn(kindTypes, name) ? kindTypes[name] : undefined;
