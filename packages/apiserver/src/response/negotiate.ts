import { type MediaType, parseAccept } from '../request/media-type.ts';
import { RequestError } from '../request/request-error.ts';

/** The form in which a client wants its answer. */
export interface Form {
  readonly encoding: 'json' | 'yaml';
  /** What objects are shown as; as themselves without it. */
  readonly as?: { readonly type: 'Table' | 'PartialObjectMetadata'; readonly version: string };
}

const encodings: Readonly<Record<string, Form['encoding']>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/*': 'json',
  '*/*': 'json',
};

/**
 * Pure. Returns the first form that a client accepts and that we have.
 * @throws RequestError NOT_ACCEPTABLE
 */
export const negotiate = (accept: string | undefined): Form => firstForm(accept, () => true);

/**
 * Pure. Returns the first form of what is no object of a kind and has no metadata, so that it cannot be shown as
 * something else.
 * @throws RequestError NOT_ACCEPTABLE
 */
export const negotiateContent = (accept: string | undefined): Form =>
  firstForm(accept, ({ as }) => as === undefined);

function firstForm(accept: string | undefined, isPossible: (form: Form) => boolean): Form {
  for (const type of parseAccept(accept ?? '')) {
    const form = formOf(type);
    if (form && isPossible(form)) return form;
  }
  throw new RequestError(
    'NOT_ACCEPTABLE',
    'only the following media types are accepted: application/json, application/yaml',
  );
}

function formOf({ type, parameters: { as, v: version = '', g: group } }: MediaType): Form | undefined {
  const encoding = Object.hasOwn(encodings, type) ? encodings[type] : undefined;
  if (encoding === undefined) return undefined;
  if (as === undefined) return { encoding };
  if (group !== 'meta.k8s.io' || !['v1', 'v1beta1'].includes(version)) return undefined;
  const shown = as.replace(/List$/, '');
  if (shown !== 'Table' && shown !== 'PartialObjectMetadata') return undefined;
  return { encoding, as: { type: shown, version } };
}
