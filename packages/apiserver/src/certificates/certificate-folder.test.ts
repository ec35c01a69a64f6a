import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ManualClock } from '@ignite/toolkit/clock/manual-clock';
import { CertificateFolder } from './certificate-folder.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const names = ['localhost', '127.0.0.1', '::1'];
const { signal } = new AbortController();

async function openFolder() {
  const dir = await mkdtemp(join(tmpdir(), 'certificates-'));
  const clock = new ManualClock();
  return {
    dir,
    clock,
    folder: new CertificateFolder(dir, clock),
    [Symbol.asyncDispose]: async () => await rm(dir, { recursive: true }),
  };
}
const certificateIn = (pem: string): X509Certificate => new X509Certificate(pem);
const countIn = (pem: string): number => pem.split('BEGIN CERTIFICATE').length - 1;

describe('CertificateFolder', () => {
  test('the server certificate is for its names alone, and signed by the authority', async () => {
    await using at = await openFolder();
    const { cert, ca, key } = await at.folder.serverCredentials(names, signal);
    const certificate = certificateIn(cert);
    for (const name of ['localhost']) assert.equal(certificate.checkHost(name), name);
    for (const ip of ['127.0.0.1', '::1']) assert.equal(certificate.checkIP(ip), ip);
    assert.equal(certificate.checkHost('example.org'), undefined);
    assert.equal(certificate.ca, false);
    assert.ok(certificate.verify(certificateIn(ca).publicKey));
    assert.ok(certificateIn(ca).ca);
    assert.match(key, /PRIVATE KEY/);
  });

  test('what is there is used again, and only its owner can read it', async () => {
    await using at = await openFolder();
    const first = await at.folder.serverCredentials(names, signal);
    const again = await new CertificateFolder(at.dir, at.clock).serverCredentials(['localhost'], signal);
    assert.deepEqual(again, first);
    for (const name of ['authorities.pem', 'server.pem'])
      assert.equal((await stat(join(at.dir, name))).mode & 0o777, 0o600);
  });

  test('several processes that begin at once have one authority and one certificate', async () => {
    await using at = await openFolder();
    const all = await Promise.all(
      [1, 2, 3].map(() => new CertificateFolder(at.dir, at.clock).serverCredentials(names, signal)),
    );
    assert.equal(new Set(all.map(({ cert }) => cert)).size, 1);
    assert.equal(new Set(all.map(({ ca }) => ca)).size, 1);
  });

  test('the server certificate is made anew for other names, and before it expires', async () => {
    await using at = await openFolder();
    const first = await at.folder.serverCredentials(names, signal);
    const other = await at.folder.serverCredentials([...names, 'web.example'], signal);
    assert.notEqual(other.cert, first.cert);
    await at.clock.advance(200 * dayMs);
    assert.equal((await at.folder.serverCredentials(names, signal)).cert, other.cert);
    await at.clock.advance(100 * dayMs);
    const late = await at.folder.serverCredentials(names, signal);
    assert.notEqual(late.cert, other.cert);
    assert.equal(late.ca, first.ca);
  });

  test('a new authority is known long before it signs, and an old one until it ends', async () => {
    await using at = await openFolder();
    const { ca } = await at.folder.serverCredentials(names, signal);
    const first = certificateIn(ca);
    const signerAt = async (days: number) => {
      await at.clock.advance(days * dayMs);
      const now = await at.folder.serverCredentials(names, signal);
      return { count: countIn(now.ca), isFirst: certificateIn(now.cert).verify(first.publicKey) };
    };
    const year = 365;
    assert.deepEqual(await signerAt(7.9 * year), { count: 1, isFirst: true });
    assert.deepEqual(await signerAt(0.5 * year), { count: 2, isFirst: true });
    assert.deepEqual(await signerAt(1.4 * year), { count: 2, isFirst: false });
    assert.deepEqual(await signerAt(0.3 * year), { count: 1, isFirst: false });
  });

  test('a client certificate names the user and the groups, for no longer than a year', async () => {
    await using at = await openFolder();
    const subject = { name: 'ada, CN=root', organizations: ['ops', 'dev\nO=system:masters'] };
    const short = certificateIn((await at.folder.clientCredentials(subject, dayMs, signal)).cert);
    const { CN, O } = short.toLegacyObject().subject as unknown as Record<string, unknown>;
    assert.deepEqual([CN, O], [subject.name, subject.organizations]);
    assert.equal(short.validToDate.getTime(), Math.floor((at.clock.now() + dayMs) / 1_000) * 1_000);
    const long = certificateIn((await at.folder.clientCredentials(subject, 900 * dayMs, signal)).cert);
    assert.ok(long.validToDate.getTime() <= at.clock.now() + 365 * dayMs);
    assert.notEqual(long.serialNumber, short.serialNumber);
  });

  test('a file that is damaged is not replaced, since clients know what was in it', async () => {
    await using at = await openFolder();
    const [one, two] = [
      new CertificateFolder(at.dir, at.clock),
      new CertificateFolder(join(at.dir, 'b'), at.clock),
    ];
    await one.serverCredentials(names, signal);
    await two.serverCredentials(names, signal);
    const path = join(at.dir, 'authorities.pem');
    const [mine, other] = [
      await readFile(path, 'utf8'),
      await readFile(join(at.dir, 'b/authorities.pem'), 'utf8'),
    ];
    const swapped = `${mine.slice(0, mine.indexOf('-----BEGIN CERT'))}${other.slice(other.indexOf('-----BEGIN CERT'))}`;
    for (const damaged of [swapped, mine.slice(0, mine.length / 3), mine.replace(/[A-Z]{3}/, '!!!')]) {
      await writeFile(path, damaged);
      await assert.rejects(at.folder.serverCredentials(names, signal), { code: 'CERTIFICATES_UNREADABLE' });
      assert.equal(await readFile(path, 'utf8'), damaged);
    }
  });
});
