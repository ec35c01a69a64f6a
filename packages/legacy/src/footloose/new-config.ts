import { stringify } from 'yaml';

/** What somebody asks for who has a configuration written. */
export interface NewConfig {
  readonly cluster: string;
  readonly key: string;
  readonly image: string;
  readonly replicas: number;
  readonly networks: readonly string[];
  readonly privileged: boolean;
  readonly command: string | undefined;
}

/** The image of the last release of Footloose. */
export const defaultImage = 'quay.io/footloose/centos7:0.6.4';

/** Pure. Returns a configuration as Footloose writes it, its fields in the order of the alphabet. */
export const newConfigText = (asked: NewConfig): string =>
  stringify(
    {
      cluster: { name: asked.cluster, privateKey: asked.key },
      machines: [
        {
          count: asked.replicas,
          spec: {
            backend: 'docker',
            ...(asked.command !== undefined && { cmd: asked.command }),
            image: asked.image,
            name: 'node%d',
            ...(asked.networks.length > 0 && { networks: asked.networks }),
            portMappings: [{ containerPort: 22 }],
            ...(asked.privileged && { privileged: true }),
          },
        },
      ],
    },
    { indentSeq: false },
  );
