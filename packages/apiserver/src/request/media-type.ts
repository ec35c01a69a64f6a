/** A media type with its parameters, such as `application/json;as=Table;v=v1;g=meta.k8s.io`. */
export interface MediaType {
  /** The type in lower case, without parameters. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Pure. Reads one media type. */
export function parseMediaType(text: string): MediaType {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  return {
    type: type.toLowerCase(),
    parameters: Object.fromEntries(
      parameters.map((part) => {
        const [name = '', value = ''] = part.split('=', 2);
        return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')];
      }),
    ),
  };
}

/** Pure. Reads the media types that a client accepts, those that it prefers first (RFC 9110, section 12.5.1). */
export function parseAccept(text: string): readonly MediaType[] {
  const all = text.trim() === '' ? '*/*' : text;
  return all
    .split(',')
    .map(parseMediaType)
    .filter((each) => qualityOf(each) > 0)
    .toSorted((a, b) => qualityOf(b) - qualityOf(a));
}

const qualityOf = ({ parameters: { q } }: MediaType): number => (q === undefined ? 1 : Number(q) || 0);
