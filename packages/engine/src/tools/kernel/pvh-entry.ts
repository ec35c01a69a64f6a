import { readSegments, segment } from './elf.ts';

/** The limits of the number of segments with notes, and of the size of each. They are far above those of any kernel. */
const mostSegments = 16;
const mostNotes = 65_536;
const wordSize = 4;
/** The note with the 32-bit entry point of an x86 kernel (Xen's public/elfnote.h). */
const entryNote = { owner: Buffer.from('Xen\0'), type: 18 } as const;

/**
 * Pure. Tells whether an x86 vmlinux can be started as it is, by the boot protocol PVH.
 * @throws RangeError if the file points outside itself
 */
export function hasPvhEntry(vmlinux: Buffer): boolean {
  return readSegments(vmlinux)
    .filter(({ type }) => type === segment.note)
    .slice(0, mostSegments)
    .some(({ offset, size }) => hasEntryNote(vmlinux.subarray(offset, offset + Math.min(size, mostNotes))));
}

/** Looks for the entry point in the content of a segment of notes (elf(5)). */
function hasEntryNote(notes: Buffer): boolean {
  for (let at = 0; at < notes.length;) {
    const [ownerSize, size, type] = [0, 1, 2].map((word) => notes.readUInt32LE(at + word * wordSize));
    const owner = at + 3 * wordSize;
    const name = notes.subarray(owner, owner + ownerSize!);
    if (type === entryNote.type && name.equals(entryNote.owner)) return true;
    at = owner + padded(ownerSize!) + padded(size!);
  }
  return false;
}

const padded = (size: number): number => Math.ceil(size / wordSize) * wordSize;
