import { badRequest } from '@ignite/toolkit/client/object-error';
import { parseYaml, plainValue } from '@ignite/toolkit/codec/parse-yaml';
import { parseMediaType } from './media-type.ts';
import { RequestError } from './request-error.ts';

/** A body as it was sent. */
export interface Body {
  readonly text: string;
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
  const type = bodyType(body);
  if (type === json || type.endsWith('+json')) return decodedJson(body.text);
  if (yaml.includes(type)) return decodedYaml(body.text);
  throw unknownType(type, [json, 'application/yaml']);
}

export const unknownType = (type: string, known: readonly string[]): RequestError =>
  new RequestError(
    'MEDIA_TYPE_UNKNOWN',
    `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')} (it is ${type})`,
  );

function decodedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badRequest('the body is not JSON', cause);
  }
}

function decodedYaml(text: string): unknown {
  const [document, ...more] = parseYaml(text);
  if (!document || more.length > 0) throw badRequest('the body is not one YAML document');
  const [error] = document.errors;
  if (error) throw badRequest(`the body is not YAML: ${error.message}`, error);
  return plainValue(document);
}
