import * as v from 'valibot';
import type { Runner } from '../process/runner.ts';
import { type ChosenImage } from './plan-image-updates.ts';
import { type ImagePolicy, chooseTag } from './image-policy.ts';

const tagsSchema = v.object({ Tags: v.array(v.string()) });

/**
 * Asks the registry, through skopeo(1), for the tag that a policy chooses. Returns `undefined` if none
 * matches.
 */
export async function chooseImage(
  policy: ImagePolicy,
  runner: Runner,
  signal: AbortSignal,
): Promise<ChosenImage | undefined> {
  const { repository, digest } = policy;
  const location = `docker://${repository}`;
  const tls = /^(localhost|127\.\d+\.\d+\.\d+)[:/]/.test(repository) ? ['--tls-verify=false'] : [];
  const listed = await runner.run({ tool: 'skopeo', args: ['list-tags', ...tls, location] }, signal);
  const tag = chooseTag(v.parse(tagsSchema, JSON.parse(listed.stdout)).Tags, policy);
  if (tag === undefined) return undefined;
  if (!digest) return { repository, tag };
  const args = ['inspect', '--no-tags', '--format', '{{.Digest}}', ...tls, `${location}:${tag}`];
  const { stdout } = await runner.run({ tool: 'skopeo', args }, signal);
  return { repository, tag, digest: stdout.trim() };
}
