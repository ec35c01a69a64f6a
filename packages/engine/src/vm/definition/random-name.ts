import { randomInt } from 'node:crypto';

const adjectives =
  'amber bold brisk calm clear cosy crisp dapper eager fair fleet fond fresh gentle glad golden grand happy keen kind lively lucky mellow merry mild neat noble plucky proud quick quiet rapid ready rosy shiny silver smart snug spry steady sunny swift tidy vivid warm wise witty young zesty'.split(
    ' ',
  );
const nouns =
  'acorn anchor aspen badger beacon birch breeze brook canyon cedar cliff cloud comet coral crane delta dune ember falcon fern finch flame forge fox garnet glade grove harbor hawk heron island lantern lark maple meadow meteor oak otter pebble pine raven reef ridge river robin spark spruce summit thistle tiger willow wren'.split(
    ' ',
  );

/** Returns a name such as `brisk-otter` for a VM that was given none. */
export function randomName(): string {
  return `${adjectives[randomInt(adjectives.length)]}-${nouns[randomInt(nouns.length)]}`;
}
