import * as v from 'valibot';

const line = v.pipe(v.string(), v.regex(/^[^\0\n\r]*$/, 'must be one line'));
const word = v.pipe(v.string(), v.regex(/^[^\0\n\r]+$/, 'must be a line'));
const path = v.pipe(word, v.startsWith('/', 'must be an absolute path'));
/** A name of a user or of a group, as useradd(8) takes it. */
const name = v.pipe(
  v.string(),
  v.regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a name of a user or of a group'),
);

/** A command: a line for the shell, or a program and its arguments. */
const commandSchema = v.union([
  v.string(),
  v.array(v.pipe(v.union([v.string(), v.number()]), v.transform(String))),
]);
export type Command = v.InferOutput<typeof commandSchema>;

/** How the content of a file is written, by all the names that cloud-init knows for it. */
const encodings = {
  'text/plain': 'plain',
  b64: 'base64',
  base64: 'base64',
  gz: 'gzip',
  gzip: 'gzip',
  'gz+b64': 'gzip+base64',
  'gz+base64': 'gzip+base64',
  'gzip+b64': 'gzip+base64',
  'gzip+base64': 'gzip+base64',
} as const;

const fileSchema = v.strictObject({
  path,
  content: v.optional(v.string(), ''),
  owner: v.optional(
    v.pipe(v.string(), v.regex(/^[\w.-]+(:[\w.-]+)?$/, 'must be USER or USER:GROUP')),
    'root:root',
  ),
  permissions: v.optional(
    v.pipe(v.string(), v.regex(/^0?[0-7]{3,4}$/, "must be octal digits in quotes, such as '0644'")),
    '0644',
  ),
  encoding: v.optional(
    v.pipe(
      v.picklist(Object.keys(encodings) as (keyof typeof encodings)[]),
      v.transform((named) => encodings[named]),
    ),
    'text/plain',
  ),
  append: v.optional(v.boolean(), false),
});
export type CloudConfigFile = v.InferOutput<typeof fileSchema>;

const oneOrMore = v.pipe(
  v.union([line, v.array(line)]),
  v.transform((given) => (typeof given === 'string' ? [given] : given)),
);
const names = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((given) => (typeof given === 'string' ? given.split(',').map((each) => each.trim()) : given)),
  v.array(name),
);

const userSchema = v.strictObject({
  name,
  gecos: v.optional(v.pipe(line, v.regex(/^[^:]*$/, 'must have no colon'))),
  groups: v.optional(names, []),
  primary_group: v.optional(name),
  homedir: v.optional(v.pipe(path, v.regex(/^[^:]*$/, 'must have no colon'))),
  shell: v.optional(v.pipe(path, v.regex(/^[^:]*$/, 'must have no colon'))),
  passwd: v.optional(v.pipe(line, v.regex(/^[^:]+$/, 'must be the hash of a password'))),
  lock_passwd: v.optional(v.boolean(), true),
  sudo: v.optional(
    v.pipe(
      v.union([v.literal(false), oneOrMore]),
      v.transform((given) => given || []),
    ),
    [],
  ),
  ssh_authorized_keys: v.optional(oneOrMore, []),
});
export type CloudConfigUser = v.InferOutput<typeof userSchema>;

const ntpSchema = v.strictObject({
  enabled: v.optional(v.boolean(), true),
  servers: v.optional(v.array(word), []),
  pools: v.optional(v.array(word), []),
});

/** A line of fstab(5) by its first fields. The others get the values that cloud-init gives them. */
const mountSchema = v.pipe(
  v.array(
    v.pipe(v.union([word, v.number()]), v.transform(String), v.regex(/^\S+$/, 'must be without spaces')),
  ),
  v.minLength(2, 'must be a device and the path to mount it at'),
  v.maxLength(6, 'must have six fields at most'),
  v.check(([, target = '']) => target.startsWith('/'), 'must have an absolute path to mount at'),
);

/** The part of cloud-init's cloud-config that guest/bootstrap carries out. */
export const cloudConfigSchema = v.strictObject({
  bootcmd: v.optional(v.array(commandSchema), []),
  write_files: v.optional(v.array(fileSchema), []),
  users: v.optional(v.array(userSchema), []),
  ntp: v.optional(ntpSchema),
  mounts: v.optional(v.array(mountSchema), []),
  runcmd: v.optional(v.array(commandSchema), []),
});
export type CloudConfig = v.InferOutput<typeof cloudConfigSchema>;
