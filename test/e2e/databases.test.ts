import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fsckDisk } from './fixtures/fsck-disk.ts';
import { Ignite } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const skip = process.env['IGNITE_LONG_STORIES'] ? false : 'it takes long: set IGNITE_LONG_STORIES=1';
const patienceMs = 600_000;

const prepare = `
set -e
sqlite3 /var/notes.db 'PRAGMA journal_mode=WAL; CREATE TABLE notes (content BLOB)' >/dev/null
mkdir -p /var/lib/data /run/postgresql
chown postgres /var/lib/data /run/postgresql
su postgres -c 'initdb --data-checksums --auth=trust --no-locale --encoding=UTF8 /var/lib/data >/dev/null'
printf "listen_addresses = ''\\nunix_socket_directories = '/run/postgresql'\\n" >>/var/lib/data/postgresql.conf
su postgres -c 'pg_ctl --silent --wait --log=/var/lib/data/log --pgdata=/var/lib/data start'
su postgres -c 'pgbench --initialize --quiet postgres' 2>/dev/null
su postgres -c 'psql --quiet --command="CREATE EXTENSION amcheck" postgres'
sync
`;
const write = `
(while [ -e /run/write ]; do sqlite3 /var/notes.db "INSERT INTO notes VALUES (randomblob(3000))"; done) >/dev/null 2>&1 </dev/null &
su postgres -c 'pgbench --client=2 --time=100000 postgres' >/dev/null 2>&1 </dev/null &
`;
const count = `
sqlite3 /var/notes.db 'SELECT count(*) FROM notes'
su postgres -c 'psql --tuples-only --no-align --command="SELECT count(*) FROM pgbench_history" postgres'
`;
/** The databases' own checks of all that they have. */
const check = `
sqlite3 /var/notes.db 'PRAGMA integrity_check'
su postgres -c 'pg_amcheck --all --heapallindexed && echo ok'
su postgres -c 'pg_ctl --silent --wait --mode=fast --pgdata=/var/lib/data stop && pg_checksums --check /var/lib/data | grep "Bad checksums"'
`;

test(
  'databases that write all the time are whole in a snapshot, with its memory and without',
  { skip },
  async (t) => {
    await using _leaks = watchLeaks();
    await using ignite = await Ignite.openWithKernel(73);
    const inside = async (vm: string, lines: string): Promise<readonly string[]> =>
      (
        await ignite.ok(
          'exec',
          vm,
          '--',
          'sh',
          '-c',
          `export PGHOST=/run/postgresql PATH=/usr/lib/postgresql/15/bin:$PATH\n${lines}`,
        )
      )
        .trim()
        .split('\n');
    const countOf = async (vm: string): Promise<readonly number[]> => (await inside(vm, count)).map(Number);
    await ignite.ok('image', 'import', `oci-archive:${imageArchive('databases')}`);
    await ignite.ok('run', 'databases', '--name', 'db', '--ssh', '--memory', '512MB', '--size', '2GB');
    await inside('db', prepare);
    await inside('db', `touch /run/write\n${write}`);
    const wrote = (now: readonly number[], before: readonly number[]): boolean =>
      now.every((rows, at) => rows > before[at]!);
    const untilMore = async (vm: string, before: readonly number[]): Promise<readonly number[]> => {
      for (const began = Date.now(); ; await delay(500)) {
        const now = await countOf(vm);
        if (wrote(now, before)) return now;
        assert.ok(Date.now() - began < patienceMs, 'both databases write');
      }
    };
    const before = await untilMore('db', [0, 0]);
    await ignite.ok('snapshot', 'create', 'db', 'hot');
    await ignite.ok('snapshot', 'create', 'db', 'cold', '--disk-only');
    const after = await untilMore('db', before);
    t.diagnostic(`rows before the snapshots: ${before.join(' and ')}, after them: ${after.join(' and ')}`);
    const dirs = readdirSync(join(ignite.paths.dataDir, 'snapshots'));
    for (const each of dirs)
      assert.equal(
        fsckDisk(join(ignite.paths.dataDir, 'snapshots', each, 'root.qcow2'), ignite.paths.dataDir),
        0,
      );
    await ignite.ok('rm', '-f', 'db');

    await ignite.ok('run', '--from', 'hot', '--name', 'resumed');
    await untilMore('resumed', before);
    const stopped =
      'rm /run/write; while pidof sqlite3 >/dev/null; do sleep 1; done; su postgres -c "pkill pgbench"; ';
    assert.deepEqual(await inside('resumed', `${stopped}${check}`), ['ok', 'ok', 'Bad checksums:  0']);
    await ignite.ok('rm', '-f', 'resumed');

    await ignite.ok('run', '--from', 'cold', '--name', 'booted');
    const recover = `
mkdir -p /run/postgresql; chown postgres /run/postgresql
su postgres -c 'pg_ctl --silent --wait --timeout=600 --log=/var/lib/data/log --pgdata=/var/lib/data start' || tail /var/lib/data/log >&2
`;
    const recovered = (await inside('booted', `${recover}${count}`)).map(Number);
    assert.ok(
      recovered.every((rows, at) => rows >= before[at]!),
      `what was committed is there: ${recovered.join(' and ')} rows of ${before.join(' and ')}`,
    );
    assert.deepEqual(await inside('booted', check), ['ok', 'ok', 'Bad checksums:  0']);
    assert.match(
      (await inside('booted', 'cat /var/lib/data/log')).join('\n'),
      /automatic recovery in progress/,
    );
    await ignite.ok('rm', '-f', 'booted');
    await ignite.ok('snapshot', 'rm', 'hot', 'cold');
  },
);
