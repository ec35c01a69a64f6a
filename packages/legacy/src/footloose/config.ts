import { readYaml } from '@ignite/toolkit/codec/parse-yaml';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { issueText } from '@ignite/toolkit/schema/issue-text';
import * as v from 'valibot';

export type FootlooseErrorCode = 'FOOTLOOSE_INVALID' | 'FOOTLOOSE_EXISTS' | 'FOOTLOOSE_MACHINE_UNKNOWN';

const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const text = v.optional(v.string());

const portMappingSchema = v.object({
  protocol: v.optional(v.picklist(['', 'tcp', 'udp'])),
  address: text,
  hostPort: v.optional(port),
  containerPort: v.pipe(port, v.minValue(1)),
});

const volumeSchema = v.object({
  type: v.picklist(['bind', 'volume']),
  source: v.optional(v.string(), ''),
  destination: v.string(),
  readOnly: v.optional(v.boolean(), false),
});

const igniteSchema = v.object({
  cpus: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  memory: text,
  diskSize: text,
  kernel: text,
  copyFiles: v.optional(v.record(v.string(), v.string())),
});

const machineSchema = v.object({
  name: v.pipe(
    v.string(),
    v.includes('%d', 'must contain %d, in the place of which the number of the machine stands'),
  ),
  image: v.pipe(v.string(), v.nonEmpty()),
  privileged: v.optional(v.boolean()),
  volumes: v.optional(v.array(volumeSchema)),
  networks: v.optional(v.array(v.string())),
  portMappings: v.optional(v.array(portMappingSchema)),
  cmd: text,
  publicKey: text,
  backend: v.optional(v.picklist(['', 'docker', 'ignite'])),
  ignite: v.optional(igniteSchema),
});

/** The configuration of Footloose 0.6.4. As there, fields that it does not know are ignored. */
const configSchema = v.object({
  cluster: v.object({ name: v.optional(v.string(), 'cluster'), privateKey: text }),
  machines: v.optional(
    v.nullable(
      v.array(
        v.object({
          count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000)),
          spec: machineSchema,
        }),
      ),
    ),
  ),
});

export type FootlooseConfig = v.InferOutput<typeof configSchema>;
export type MachineSpec = v.InferOutput<typeof machineSchema>;
export type MachinePort = v.InferOutput<typeof portMappingSchema>;

/** @throws CodedError FOOTLOOSE_INVALID */
export function readFootlooseConfig(text: string, file: string): FootlooseConfig {
  const result = v.safeParse(configSchema, parsed(text, file));
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalid(file, `${v.getDotPath(issue) ?? 'it'}: ${issueText(issue)}`);
}

function parsed(text: string, file: string): unknown {
  try {
    return readYaml(text);
  } catch (cause) {
    throw invalid(file, 'it is not YAML', cause);
  }
}

const invalid = (file: string, what: string, cause?: unknown): CodedError<FootlooseErrorCode> =>
  new CodedError('FOOTLOOSE_INVALID', `${file}: ${what}`, {
    hint: 'correct the file, or write a new one with "ignite footloose config create"',
    cause,
  });
