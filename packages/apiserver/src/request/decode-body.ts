import { badRequest } from '@ignite/toolkit/client/object-error';
import { parseYaml, plainValue } from '@ignite/toolkit/codec/parse-yaml';
import { decodeObject, protobufType } from '../protobuf/decode-object.ts';
import type { YAMLParseError } from 'yaml';
import { checkDepth } from './check-depth.ts';
import { duplicateFields } from './duplicate-fields.ts';
import { parseMediaType } from './media-type.ts';
import { RequestError } from './request-error.ts';

/** A body as it was sent. */
export interface Body {
  readonly bytes: Buffer;
  /** The value of the header `content-type`. */
  readonly contentType: string | undefined;
}

/** Pure. Returns the media type of a body, which is JSON unless it says otherwise. */
export const bodyType = ({ contentType }: Body): string => parseMediaType(contentType || json).type;

const json = 'application/json';
const yaml: readonly string[] = ['application/yaml', 'application/apply-patch+yaml'];

/**
 * Pure. Returns the content of a body.
 * @throws ObjectError BAD_REQUEST
 * @throws RequestError MEDIA_TYPE_UNKNOWN
 */
export function decodeBody(body: Body): unknown {
  const content = decoded(body);
  checkDepth(content);
  return content;
}

function decoded(body: Body): unknown {
  const type = bodyType(body);
  if (isJson(type)) return decodedJson(bodyText(body));
  if (yaml.includes(type)) return decodedYaml(bodyText(body));
  const object = type === protobufType ? decodedProtobuf(body.bytes) : undefined;
  if (object === undefined) throw unknownType([json, 'application/yaml']);
  return object;
}

export const isJson = (type: string): boolean => type === json || type.endsWith('+json');

/**
 * Pure. Returns the text of a body.
 * @throws ObjectError BAD_REQUEST if it is not UTF-8
 */
export function bodyText({ bytes }: Body): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw badRequest('the body is not UTF-8', cause);
  }
}

export const unknownType = (known: readonly string[]): RequestError =>
  new RequestError(
    'MEDIA_TYPE_UNKNOWN',
    `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}`,
  );

function decodedProtobuf(bytes: Buffer): unknown {
  try {
    return decodeObject(bytes);
  } catch (cause) {
    throw badRequest('the body is not an object in Protocol Buffers', cause);
  }
}

function decodedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badRequest('the body is not JSON', cause);
  }
}

function decodedYaml(text: string): unknown {
  const asJson = jsonIn(text);
  if (asJson !== undefined) return asJson;
  const [document, ...more] = parseYaml(text);
  if (!document || more.length > 0) throw badRequest('the body is not one YAML document');
  const [error] = document.errors;
  if (error) throw badRequest(`the body is not YAML: ${yamlFault(text, error)}`, error);
  try {
    return plainValue(document);
  } catch (cause) {
    throw badRequest('the body is not YAML: an alias in it stands for nothing, or for too much', cause);
  }
}

/**
 * Returns the content of a YAML text that is JSON, as programs send it, since that is read in a fraction of the time. YAML tells
 * what is wrong with any other.
 */
function jsonIn(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const content: unknown = JSON.parse(text);
    return duplicateFields(text).length === 0 ? content : undefined;
  } catch {
    return undefined;
  }
}

/** A field that is there twice is told in Kubernetes' words, for which programs look. */
function yamlFault(text: string, { code, message, pos: [start, end] }: YAMLParseError): string {
  const line = text.slice(0, start).split('\n').length;
  const told = code === 'DUPLICATE_KEY' ? `key "${text.slice(start, end)}" already set in map` : message;
  return `line ${line}: ${told}`;
}
