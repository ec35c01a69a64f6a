import { type CelFunc, CelScalar, celFunc, celMethod, listType } from '@bufbuild/cel';
import { opaqueType } from '../opaque-type.ts';

const { DYN, STRING } = CelScalar;
const optional = listType(DYN);
const { type, of, textOf } = opaqueType('kubernetes.NamedFormat');

/** What a text of a format is like. */
interface Format {
  readonly form: RegExp;
  readonly most: number;
  /** What is told of other texts. */
  readonly says: string;
}

const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const oldLabel = '[a-z]([-a-z0-9]*[a-z0-9])?';
const labelName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const name = (pattern: string, most: number, says: string): Format => ({
  form: new RegExp(`^${pattern}$`),
  most,
  says: `${says} (regex used for validation is '${pattern}')`,
});

const formats: Readonly<Record<string, Format>> = {
  dns1123Label: name(dnsLabel, 63, 'a lowercase RFC 1123 label must be like "my-name" or "123-abc"'),
  dns1123Subdomain: name(
    `${dnsLabel}(\\.${dnsLabel})*`,
    253,
    'a lowercase RFC 1123 subdomain must be like "example.com"',
  ),
  dns1035Label: name(oldLabel, 63, 'a DNS-1035 label must be like "my-name" or "abc-123"'),
  dns1123LabelPrefix: name('[a-z0-9][-a-z0-9]*', 63, 'must be the beginning of a lowercase RFC 1123 label'),
  dns1123SubdomainPrefix: name(
    '[a-z0-9]([-a-z0-9]|\\.[a-z0-9])*\\.?',
    253,
    'must be the beginning of a lowercase RFC 1123 subdomain',
  ),
  dns1035LabelPrefix: name('[a-z][-a-z0-9]*', 63, 'must be the beginning of a DNS-1035 label'),
  qualifiedName: name(
    `(${dnsLabel}(\\.${dnsLabel})*/)?${labelName}`,
    317,
    'must be like "example.com/MyName"',
  ),
  labelValue: name(`(${labelName})?`, 63, 'a valid label must be like "MyValue", "my_value" or "12345"'),
  uri: { form: /^([a-zA-Z][a-zA-Z0-9+.-]*:\S*|\/\S*)$/, most: Infinity, says: 'invalid URI for request' },
  uuid: {
    form: /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i,
    most: Infinity,
    says: 'does not match the UUID format',
  },
  byte: {
    form: /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/,
    most: Infinity,
    says: 'invalid base64',
  },
  date: { form: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, most: Infinity, says: 'invalid date' },
  datetime: {
    form: /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/,
    most: Infinity,
    says: 'invalid datetime',
  },
};

/** Kubernetes' functions of the formats of texts. A format tells what is wrong with a text, if anything is. */
export const formatFunctions: readonly CelFunc[] = [
  celFunc('format.named', [STRING], optional, (text) => (Object.hasOwn(formats, text) ? [of(text)] : [])),
  ...Object.keys(formats).map((each) => celFunc(`format.${each}`, [], type, () => of(each))),
  celMethod('validate', type, [STRING], optional, function (text) {
    const { form, most, says } = formats[textOf(this)]!;
    const faults = [
      ...(text.length > most ? [`must be no more than ${most} characters`] : []),
      ...(form.test(text) ? [] : [says]),
    ];
    return faults.length === 0 ? [] : [faults];
  }),
];
