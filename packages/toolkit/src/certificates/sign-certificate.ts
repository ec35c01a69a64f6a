import {
  type KeyObject,
  X509Certificate,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
} from '@peculiar/asn1-x509';

/** Who a certificate is about: the common name, and the organizations, which are groups. */
export interface CertificateSubject {
  readonly name: string;
  readonly organizations?: readonly string[];
}

export type CertificateUse =
  | { readonly type: 'authority' }
  | { readonly type: 'client' }
  /** A server has names and addresses, one of which a client connects to. */
  | { readonly type: 'server'; readonly names: readonly string[] }
  /** A server that is also a client, of servers like itself. */
  | { readonly type: 'peer'; readonly names: readonly string[] };

export interface CertificateRequest {
  readonly subject: CertificateSubject;
  readonly use: CertificateUse;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface KeyAndCertificate {
  readonly privateKey: KeyObject;
  /** The certificate as PEM. */
  readonly certificate: string;
}

/** The algorithms with which keys of a type sign a SHA-256 digest. */
const algorithms: Readonly<Record<string, AlgorithmIdentifier>> = {
  ec: new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' }),
  rsa: new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: null }),
};
const [commonName, organization] = ['2.5.4.3', '2.5.4.10'];

/** Who signs a certificate, as its certificate says it. */
interface Issuer {
  readonly name: Name;
  readonly privateKey: KeyObject;
  /** Absent if the issuer's own certificate does not have it. */
  readonly keyIdentifier?: ArrayBuffer;
}

/**
 * Makes a key and a certificate for it (RFC 5280). Without a signer, the certificate is signed by its own key.
 * @throws Error if the signer's key is neither of RSA nor of an elliptic curve
 */
export function makeCertificate(request: CertificateRequest, signer?: KeyAndCertificate): KeyAndCertificate {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = nameOf(request.subject);
  const issuer = signer
    ? issuerOf(signer)
    : { name: subject, privateKey, keyIdentifier: keyIdentifier(privateKey) };
  const signatureAlgorithm = algorithms[issuer.privateKey.asymmetricKeyType ?? ''];
  if (!signatureAlgorithm)
    throw new Error(`certificates are not signed with keys of type ${issuer.privateKey.asymmetricKeyType}`);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: signatureAlgorithm,
    issuer: issuer.name,
    validity: new Validity({ notBefore: request.notBefore, notAfter: request.notAfter }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(publicDer(privateKey), SubjectPublicKeyInfo),
    extensions: new Extensions(extensionsOf(request.use, privateKey, issuer)),
  });
  const signed = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const signatureValue = toArrayBuffer(sign('sha256', signed, issuer.privateKey));
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue });
  return { privateKey, certificate: pemOf(Buffer.from(AsnConvert.serialize(certificate))) };
}

/** Others may have made the signer's certificate: names and identifiers must be as they are in it. */
function issuerOf({ privateKey, certificate }: KeyAndCertificate): Issuer {
  const { raw } = new X509Certificate(certificate);
  const { subject, extensions = [] } = AsnConvert.parse(raw, Certificate).tbsCertificate;
  const identifier = extensions.find(({ extnID }) => extnID === id_ce_subjectKeyIdentifier);
  return {
    name: subject,
    privateKey,
    ...(identifier && {
      keyIdentifier: AsnConvert.parse(identifier.extnValue, SubjectKeyIdentifier).buffer,
    }),
  };
}

/** A serial number is positive, and has at most 20 octets. */
function serialNumber(): ArrayBuffer {
  const octets = randomBytes(16);
  octets[0] = (octets[0]! & 0x7f) | 0x40;
  return toArrayBuffer(octets);
}

const nameOf = ({ name, organizations = [] }: CertificateSubject): Name =>
  new Name([...organizations.map((each) => attribute(organization!, each)), attribute(commonName!, name)]);

const attribute = (type: string, text: string): RelativeDistinguishedName =>
  new RelativeDistinguishedName([
    new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String: text }) }),
  ]);

function extensionsOf(use: CertificateUse, key: KeyObject, issuer: Issuer): Extension[] {
  return [
    extension(id_ce_basicConstraints, new BasicConstraints(constraints(use)), true),
    extension(id_ce_keyUsage, new KeyUsage(keyUsage(use)), true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(key))),
    ...(issuer.keyIdentifier
      ? [
          extension(
            id_ce_authorityKeyIdentifier,
            new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(issuer.keyIdentifier) }),
          ),
        ]
      : []),
    ...extendedExtensions(use),
  ];
}

/** No authority below our own one may sign. */
const constraints = ({ type }: CertificateUse): { cA: boolean; pathLenConstraint?: number } =>
  type === 'authority' ? { cA: true, pathLenConstraint: 0 } : { cA: false };

const keyUsage = ({ type }: CertificateUse): number =>
  type === 'authority' ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature;

function extendedExtensions(use: CertificateUse): readonly Extension[] {
  switch (use.type) {
    case 'authority':
      return [];
    case 'client':
      return [extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_clientAuth]))];
    case 'server':
      return namedExtensions([id_kp_serverAuth], use.names);
    case 'peer':
      return namedExtensions([id_kp_serverAuth, id_kp_clientAuth], use.names);
  }
}

const namedExtensions = (uses: string[], names: readonly string[]): readonly Extension[] => [
  extension(id_ce_extKeyUsage, new ExtendedKeyUsage(uses)),
  extension(id_ce_subjectAltName, new SubjectAlternativeName(names.map(generalName))),
];

const generalName = (name: string): GeneralName =>
  new GeneralName(isIP(name) === 0 ? { dNSName: name } : { iPAddress: name });

const extension = (extnID: string, value: unknown, critical = false): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });

const keyIdentifier = (key: KeyObject): ArrayBuffer =>
  toArrayBuffer(createHash('sha256').update(publicDer(key)).digest().subarray(0, 20));

const publicDer = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });

const toArrayBuffer = (bytes: Buffer): ArrayBuffer => Uint8Array.from(bytes).buffer;

const pemOf = (der: Buffer): string =>
  [
    '-----BEGIN CERTIFICATE-----',
    ...(der.toString('base64').match(/.{1,64}/g) ?? []),
    '-----END CERTIFICATE-----',
    '',
  ].join('\n');
